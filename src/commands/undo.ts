import { Args, Flags } from '@oclif/core';
import chalk from 'chalk';
import { systemClock } from '../lib/base/clock.js';
import { errorCode } from '../lib/base/errors.js';
import { requireAdopted } from '../lib/bus/home.js';
import { openObserver } from '../lib/bus/open-observer.js';
import { KlorosCommand } from '../lib/cli/base-command.js';
import { usageError } from '../lib/cli/command-error.js';
import { confirmed } from '../lib/cli/confirm.js';
import { ExitCode } from '../lib/cli/exit-codes.js';
import { rollBackAndTell } from '../lib/cli/roll-back.js';
import { renderTable } from '../lib/cli/table.js';
import type { Config } from '../lib/config/schema.js';
import { causesOf } from '../lib/trace/causes.js';
import { findUndo, undoables } from '../lib/undo/index.js';
import type { Undoable } from '../lib/undo/undoable.js';

/** What `undo --json` answers. */
interface Result {
  kind: string;
  id: string;
  what: string;
  /** What will be done, or was. */
  steps: string[];
  done: boolean;
}

/** Takes back what the colony did. */
export default class Undo extends KlorosCommand {
  static override summary = 'Take back what the colony did by itself, after showing what that will do';
  static override description = `By the name of a capability or its module; of a deployment, its experiment, winner or cycle; of an acknowledged
promotion's file; or by the id of a signal that led to it or told of it (kloros trace shows them). Where a file has
changed since, only what the colony wrote goes back; where that was edited, nothing is touched.`;
  static override examples = [
    '<%= config.bin %> undo --list',
    '<%= config.bin %> undo audio --dry-run',
    '<%= config.bin %> undo audio --yes',
  ];
  static override args = {
    id: Args.string({ description: 'capability, module, deployment, promotion, or id of a signal' }),
  };
  static override flags = {
    list: Flags.boolean({ summary: 'What could be taken back, newest first' }),
    'dry-run': Flags.boolean({ summary: 'Show what would be done, and do nothing' }),
    yes: Flags.boolean({ char: 'y', summary: 'Do not ask' }),
  };

  async run(): Promise<Result | { id: string; what: string }[]> {
    const { args, flags } = await this.parse(Undo);
    const { config } = await this.settings();
    const kinds = undoables(config, systemClock, (...what) => rollBackAndTell(config, ...what));
    if (flags.list) return this.#list(kinds);
    if (args.id === undefined)
      throw usageError('Missing ID', 'it must be said what to take back', ['kloros undo --list']);
    const step = await findUndo(kinds, [args.id, ...namesIn(config, args.id)]);
    const { kind, id, what, steps } = step;
    this.log([what, ...steps.map((text) => `  ${chalk.yellow('→')} ${text}`)].join('\n'));
    if (flags['dry-run']) return { kind, id, what, steps, done: false };
    requireAdopted(config);
    const ask = { yes: flags.yes, mode: this.mode, abort: this.interrupted };
    if (!(await confirmed('Take it back?', ask))) {
      this.status = ExitCode.failed;
      return { kind, id, what, steps, done: false };
    }
    const done = await step.apply();
    this.log(done.map((text) => `  ${chalk.green('✔')} ${text}`).join('\n'));
    return { kind, id, what, steps: done, done: true };
  }

  async #list(kinds: readonly Undoable[]): Promise<{ id: string; what: string }[]> {
    const rows = (await Promise.all(kinds.map((kind) => kind.list()))).flat();
    const columns = [
      { title: 'id', cell: ({ id }: { id: string }) => id },
      { title: 'what was done', cell: ({ what }: { what: string }) => what, flexible: true },
    ];
    if (rows.length === 0) this.note('Nothing was done that could be taken back.');
    else this.log(renderTable(rows, columns, { widthColumns: process.stdout.columns }));
    return rows;
  }
}

/** A signal is a name for what it led to or tells of: its facts and its causes are tried too. Without a journal there are none. */
function namesIn(config: Config, id: string): string[] {
  try {
    const observer = openObserver(config);
    try {
      return [...factsNamed(observer.find(id)?.signal.facts), ...causesOf(observer, id)];
    } finally {
      observer.close();
    }
  } catch (error) {
    if (errorCode(error) === 'JOURNAL_NOT_FOUND') return [];
    throw error;
  }
}

function factsNamed(facts: Readonly<Record<string, unknown>> = {}): string[] {
  return [facts['deployment_id'], facts['cycle_id']].filter((name) => typeof name === 'string');
}
