import { Args, Flags } from '@oclif/core';
import { systemClock } from '../lib/base/clock.js';
import { openObserver } from '../lib/bus/open-observer.js';
import { KlorosCommand } from '../lib/cli/base-command.js';
import { traceTree } from '../lib/cli/trace-tree.js';
import { pathsOf } from '../lib/config/paths.js';
import { chainOf, type Chain } from '../lib/trace/chain.js';
import { findSubject, type Subject } from '../lib/trace/find-subject.js';
import { mermaidOf } from '../lib/trace/mermaid.js';
import { notesOf } from '../lib/trace/notes.js';
import { integrationsOf } from '../lib/trace/touched.js';

/** What `trace --json` answers. */
interface Result extends Chain {
  subject: Subject;
  /** Which rule or model said it, by the id of a signal. */
  decided: Record<string, string>;
  /** Files, by the id of a signal. */
  touched: Record<string, readonly string[]>;
}

const MOST_OTHERS = 5;

/** Shows a chain. */
export default class Trace extends KlorosCommand {
  static override summary = 'Show the whole chain of a signal, intent, investigation, capability, cycle or deployment';
  static override description = `A tree from the first cause to the last effect: how long each hop took, who has still to answer, what
failed, and which files were touched. An id may be cut short; a name that occurs in several chains shows the newest.`;
  static override examples = [
    '<%= config.bin %> trace discover.module.audio',
    '<%= config.bin %> trace discover.module.audio --mermaid',
    `<%= config.bin %> trace discover.module.audio --json | jq '.result.missing'`,
  ];
  static override args = {
    id: Args.string({
      description: 'id of a signal, or name of an intent file, question, investigation, capability, cycle or winner',
      required: true,
    }),
  };
  static override flags = { mermaid: Flags.boolean({ summary: 'As a Mermaid sequence diagram' }) };

  async run(): Promise<Result> {
    const { args, flags } = await this.parse(Trace);
    const { config } = await this.settings();
    const observer = openObserver(config);
    try {
      const integrations = await integrationsOf(pathsOf(config).backups);
      const subject = findSubject(observer, args.id, integrations);
      const chain = chainOf(observer, subject.trace);
      const notes = await notesOf(chain, integrations, config);
      this.log(flags.mermaid ? mermaidOf(chain) : traceTree(chain, { ...notes, nowMs: systemClock.nowMs() }));
      if (subject.others.length > 0 && !flags.mermaid) {
        this.note(othersOf(subject));
      }
      return {
        subject,
        ...chain,
        decided: Object.fromEntries(notes.decided),
        touched: Object.fromEntries([...notes.touched].filter(([id]) => JSON.stringify(chain.roots).includes(id))),
      };
    } finally {
      observer.close();
    }
  }
}

function othersOf({ others }: Subject): string {
  const more = others.length > MOST_OTHERS ? ' and more' : '';
  return `The newest of ${others.length + 1} chains; the others: ${others.slice(0, MOST_OTHERS).join(', ')}${more}`;
}
