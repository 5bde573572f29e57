import { cutText } from '../base/cut-text.js';
import { formatDuration } from '../base/formats.js';
import type { Chain, Hop } from './chain.js';

/** A chain as a Mermaid sequence diagram: who said what to whom, and how long it took. */
export function mermaidOf(chain: Chain): string {
  const lines = chain.roots.flatMap((root) => linesOf(root, chain.intent === null ? null : 'intent file'));
  const people = [...new Set(lines.flatMap(({ from, to }) => [from, to]))];
  const participants = people.map((name) => `  participant ${aliasOf(name, people)} as ${clean(name)}`);
  const steps = lines.map(({ from, to, text, isBroken }) => {
    const arrow = isBroken ? '--x' : '->>';
    return `  ${aliasOf(from, people)}${arrow}${aliasOf(to, people)}: ${clean(text)}`;
  });
  return ['sequenceDiagram', ...participants, ...steps].join('\n');
}

interface Line {
  from: string;
  to: string;
  text: string;
  isBroken: boolean;
}

/** What a signal led to tells who heard it; who heard it and said nothing has an arrow of its own. */
function linesOf(hop: Hop, from: string | null): Line[] {
  const took = hop.tookMs === null ? '' : ` (+${formatDuration(hop.tookMs)})`;
  const began: Line[] = from === null ? [] : [{ from, to: hop.source, text: `is read${took}`, isBroken: false }];
  const heard = hop.heard.map(({ daemon, state, error }): Line => {
    const note = state === 'handled' ? '' : ` (${state}${error === null ? '' : `: ${error}`})`;
    const said = from === null ? took : '';
    return { from: hop.source, to: daemon, text: `${hop.signal}${said}${note}`, isBroken: state === 'dead' };
  });
  const alone: Line = { from: hop.source, to: hop.source, text: `${hop.signal}${took}`, isBroken: false };
  const own = heard.length > 0 ? heard : [alone];
  return [...began, ...own, ...hop.ledTo.flatMap((next) => linesOf(next, null))];
}

function aliasOf(name: string, people: readonly string[]): string {
  return `p${people.indexOf(name) + 1}`;
}

/** Mermaid ends a text at these, and whoever wrote the text is not asked. */
function clean(text: string): string {
  return cutText(text.replaceAll(/[;#<>\p{Cc}]/gu, ' '), 160);
}
