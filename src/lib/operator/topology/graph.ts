import type { Link, Member, Topology } from './topology.js';

/** One line of many signals would be wider than the graph. */
const SEPARATOR_DOT = '\\n';
const SEPARATOR_MERMAID = '<br/>';

const DOT_HEAD = [
  'digraph colony {',
  '  rankdir=LR; bgcolor="transparent"; nodesep=0.3; ranksep=0.9;',
  '  node [shape=box, style="rounded,filled", fillcolor="#eef2f7", color="#52606d", fontname="Helvetica,Arial,sans-serif", fontsize=11, margin="0.3,0.1"];',
  '  edge [color="#52606d", fontname="Helvetica,Arial,sans-serif", fontsize=9];',
];

/** As a graph for Graphviz. */
export function dotOf({ members, links }: Topology): string {
  const nodes = members.map((member) => `  ${quoted(member.name)} [${dotLook(member)}];`);
  const ends = links.filter(({ to }) => to === null).map(({ from }) => `  ${quoted(`${from} unheard`)} [shape=point];`);
  const edges = links.map((link) => {
    const to = link.to ?? `${link.from} unheard`;
    const style = link.to === null ? ', style=dashed' : '';
    return `  ${quoted(link.from)} -> ${quoted(to)} [label="${link.signals.map(escaped).join(SEPARATOR_DOT)}"${style}];`;
  });
  return [...DOT_HEAD, ...nodes, ...ends, ...edges, '}'].join('\n');
}

/** As a Mermaid flow chart. */
export function mermaidOf({ members, links }: Topology): string {
  const alias = (name: string) => `m${members.findIndex((member) => member.name === name)}`;
  const nodes = members.map((member) => `  ${alias(member.name)}[${mermaidText(titleOf(member))}]`);
  const edges = links.map((link, index) => mermaidEdge(link, { alias, index }));
  return ['flowchart LR', ...nodes, ...edges].join('\n');
}

function mermaidEdge(
  { from, to, signals }: Link,
  { alias, index }: { alias: (name: string) => string; index: number },
) {
  const label = signals.map((signal) => signal.replaceAll(/[^\w.*-]/g, ' ')).join(SEPARATOR_MERMAID);
  return to === null
    ? `  ${alias(from)} -.->|"${label}"| u${index}(( ))`
    : `  ${alias(from)} -->|"${label}"| ${alias(to)}`;
}

function titleOf({ name, ports, pids, kind, level }: Member): string[] {
  const state =
    kind === 'peer' ? [level === undefined ? 'peer' : `peer, may ${level}`] : pids.length === 0 ? ['does not run'] : [];
  return [name, ...(ports.length > 0 ? [ports.join(', ')] : []), ...state];
}

function dotLook(member: Member): string {
  const label = `label="${titleOf(member).map(escaped).join(SEPARATOR_DOT)}"`;
  if (member.kind === 'peer') return `${label}, shape=ellipse, fillcolor="#fff7e0"`;
  return member.pids.length === 0 ? `${label}, style="rounded,dashed"` : label;
}

function mermaidText(lines: readonly string[]): string {
  return `"${lines.map((line) => line.replaceAll(/["<>#;\p{Cc}]/gu, ' ')).join(SEPARATOR_MERMAID)}"`;
}

function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

/** Whoever makes up a source's name must not write the graph. */
function escaped(text: string): string {
  return text
    .replaceAll(/\p{Cc}/gu, ' ')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"');
}
