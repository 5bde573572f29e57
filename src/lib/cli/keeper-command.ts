import { Args, Flags } from '@oclif/core';
import chalk from 'chalk';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { findKeeper } from '../keeping/find-keeper.js';
import { keeperWords, type KeptDaemon, type KeptState, type Keeper } from '../keeping/keeper.js';
import { reloadAll, UNHAPPY, type Reloaded } from '../keeping/reload.js';
import { KlorosCommand } from './base-command.js';
import { usageError } from './command-error.js';
import { confirmed } from './confirm.js';
import { ExitCode } from './exit-codes.js';
import { renderTable } from './table.js';

/** Names of daemons on a command line; several are allowed. */
export const daemonArgs = { daemon: Args.string({ description: 'its name; several are allowed' }) };

/** `--all`, where names are left out. */
export const allFlag = { all: Flags.boolean({ summary: 'Every daemon' }) };

/** What a change of who runs would do, and what came of it. */
export interface KeptResult {
  /** Who was told. */
  keeper: string;
  /** False where it was only shown, or refused. */
  done: boolean;
  daemons: KeptDaemon[];
  /** What became of each, where they were to read their settings anew. */
  reloads?: Reloaded[];
}

/** The list of daemons, and how one is found in it. */
interface Known {
  daemons: readonly { name: string }[];
  findDaemon: (name: string) => { name: string };
}

interface Change {
  verb: keyof typeof DONE;
  names: readonly string[];
  config: Config;
  dryRun: boolean;
  /** Undefined: it is not asked. */
  yes: boolean | undefined;
}

/** What commands have in common that start, stop and watch daemons, whoever keeps them alive. */
export abstract class KeeperCommand extends KlorosCommand {
  /** Who keeps the daemons of this home. */
  protected keeper(config: Config): Promise<Keeper> {
    const program = { root: this.config.root, fromSources: import.meta.url.endsWith('.ts') };
    return findKeeper({ config, program, env: process.env });
  }

  /** Those that are named, in any spelling, or all; to name nobody is an error. */
  protected meant(words: readonly unknown[], all: boolean | undefined, known: Known): readonly string[] {
    const isNamed = words.length > 0;
    const meant = all ? known.daemons : words.map((word) => known.findDaemon(String(word)));
    if (isNamed !== (all ?? false)) return meant.map(({ name }) => name);
    const why = all ? 'it is everybody' : 'neither a daemon nor --all is given';
    const what = all ? '--all goes without names' : 'Nobody is named';
    throw usageError(what, why, ['kloros daemon list', `kloros ${(this.id ?? '').replaceAll(':', ' ')} --all`]);
  }

  /** Says who is told what, asks where it should, and does it. */
  protected async change({ verb, names, config, dryRun, yes }: Change): Promise<KeptResult> {
    const keeper = await this.keeper(config);
    const words = whoIsTold(keeper, verb);
    if (dryRun) {
      this.log(`Would ${verb} ${names.join(', ')} ${words}`);
      return { keeper: keeperWords(keeper.kind), done: false, daemons: await keeper.look(names) };
    }
    const question = `${capital(verb)} ${names.join(', ')} ${words}?`;
    const asked = { mode: this.mode, abort: this.interrupted };
    if (yes !== undefined && !(await confirmed(question, { yes, ...asked }))) {
      this.note('Nothing was changed');
      this.status = ExitCode.failed;
      return { keeper: keeperWords(keeper.kind), done: false, daemons: await keeper.look(names) };
    }
    const reloads = verb === 'reload' ? await this.#reload(keeper, names, config) : undefined;
    if (verb !== 'reload') await keeper[verb](names);
    // A supervisor that was started, or has nothing left to keep, is another one than before.
    const after = await this.keeper(config);
    const daemons = await after.look(names);
    const table = keptTable(daemons, process.stdout.columns);
    this.log(
      reloads === undefined ? `${DONE[verb]} ${words}\n${table}` : reloadedTable(reloads, process.stdout.columns),
    );
    return { keeper: keeperWords(after.kind), done: true, daemons, ...(reloads === undefined ? {} : { reloads }) };
  }

  /** A signal is sent in a moment; what comes of it takes longer, and is what the operator asked for. */
  async #reload(keeper: Keeper, names: readonly string[], config: Config): Promise<Reloaded[]> {
    const request = { folder: pathsOf(config).reloads, timeoutMs: RELOAD_LIMIT_MS, abort: this.interrupted };
    const reloads = await reloadAll(keeper, names, request);
    if (reloads.some(({ outcome }) => UNHAPPY.has(outcome))) this.status = ExitCode.failed;
    return reloads;
  }
}

const DONE = {
  start: 'Started',
  stop: 'Stopped',
  restart: 'Restarted',
  reload: 'Reloaded',
};

/** A swap of settings may take a minute. */
const RELOAD_LIMIT_MS = 90_000;

function whoIsTold({ kind }: Keeper, verb: Change['verb']): string {
  if (kind.kind !== 'nobody') return `by ${keeperWords(kind)}`;
  return verb === 'stop' || verb === 'reload'
    ? '(nobody keeps them)'
    : 'under a supervisor of their own, detached (nobody keeps them now)';
}

const COLOUR: Record<KeptState, (text: string) => string> = {
  ready: chalk.green,
  idle: chalk.green,
  starting: chalk.yellow,
  restarting: chalk.yellow,
  stopping: chalk.yellow,
  stopped: chalk.dim,
  failed: chalk.red,
};

const WORDS: Partial<Record<KeptState, string>> = { idle: 'at rest' };

/** How daemons are kept, for people. */
export function keptTable(daemons: readonly KeptDaemon[], widthColumns: number | undefined): string {
  const columns = [
    { title: 'daemon', cell: ({ name }: KeptDaemon) => name },
    { title: 'state', cell: ({ state }: KeptDaemon) => COLOUR[state](WORDS[state] ?? state) },
    { title: 'pid', cell: ({ pid }: KeptDaemon) => pid, align: 'right' as const },
    { title: 'restarts', cell: ({ restarts }: KeptDaemon) => restarts, align: 'right' as const },
    { title: 'kept by', cell: ({ keeper }: KeptDaemon) => keeper },
    { title: 'why', cell: ({ why }: KeptDaemon) => why, flexible: true },
  ];
  return renderTable(daemons, columns, { widthColumns });
}

const OUTCOME_COLOUR: Record<Reloaded['outcome'], (text: string) => string> = {
  reloaded: chalk.green,
  refused: chalk.red,
  failed: chalk.red,
  ended: chalk.red,
  unknown: chalk.yellow,
  'not running': chalk.dim,
};

/** What became of a reload, for people. */
function reloadedTable(reloads: readonly Reloaded[], widthColumns: number | undefined): string {
  const columns = [
    { title: 'daemon', cell: ({ name }: Reloaded) => name },
    { title: 'settings', cell: ({ outcome }: Reloaded) => OUTCOME_COLOUR[outcome](outcome) },
    { title: 'why', cell: ({ why }: Reloaded) => why, flexible: true },
  ];
  return renderTable(reloads, columns, { widthColumns });
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
