import { Args, Flags } from '@oclif/core';
import { daemons, findDaemon } from '../daemons/index.js';
import { systemClock } from '../lib/base/clock.js';
import { observedJournal } from '../lib/bus/observed-journal.js';
import type { Observer } from '../lib/bus/observer.js';
import { openObserver } from '../lib/bus/open-observer.js';
import { KlorosCommand } from '../lib/cli/base-command.js';
import { storeOf } from '../lib/cli/dlq-selection.js';
import { chosenRows, withLetters } from '../lib/cli/stuck-selection.js';
import { lateTable, stuckPage, summaryOf, waitingTable, type WaitingElsewhere } from '../lib/cli/stuck-tables.js';
import { tellWhatStops } from '../lib/cli/what-stops.js';
import { pathsOf } from '../lib/config/paths.js';
import type { Config } from '../lib/config/schema.js';
import { waitingNow } from '../lib/expectations/waiting.js';
import { listOf } from '../lib/intents/list.js';
import type { Waiting } from '../lib/expectations/waiting-row.js';
import type { Signal } from '../lib/signals/envelope.js';

/** What waits and what came late; of one id also the signals of its chain. */
type Result = Omit<Waiting, 'problems'> & { chain?: Signal[]; elsewhere?: WaitingElsewhere };

const MONITOR = 'orchestrator_monitor';

/** Lists what waits for what. */
export default class Stuck extends KlorosCommand {
  static override summary = 'What waits for what, since when, on whom, and what to do';
  static override description = `Triggers without their completion, as kloros config show expectations declares them: what will never come
by itself first, then what is overdue, then the rest; and completions that came after their timeout. With an ID (of a trigger
or a timeout, or what was asked for) everything about it. Below the list what stops or bounds the colony as a whole.
Exit code 3 where an ID or a filter matches nothing. Looks into the journal and joins nothing, so it works on a colony
that is stopped, full or somebody else's.`;
  static override examples = [
    '<%= config.bin %> stuck',
    '<%= config.bin %> stuck --overdue --json',
    '<%= config.bin %> stuck --daemon investigation-consumer',
    '<%= config.bin %> stuck discover.module.audio',
  ];
  static override args = { id: Args.string({ description: 'of a trigger or a timeout, or what was asked for' }) };
  static override flags = {
    overdue: Flags.boolean({ summary: 'Only what is over its limit, or will never come by itself' }),
    daemon: Flags.string({ summary: 'Only what waits on this daemon', helpValue: 'NAME' }),
    limit: Flags.integer({ summary: 'At most so many; all of them under --json', default: 50, min: 1 }),
  };

  async run(): Promise<Result> {
    const { args, flags } = await this.parse(Stuck);
    const { config } = await this.settings();
    const daemon = flags.daemon === undefined ? undefined : findDaemon(flags.daemon).name;
    const observer = openObserver(config);
    try {
      const all = await this.#read(observer, config);
      const found = chosenRows(all, { id: args.id, overdue: flags.overdue, daemon });
      if (args.id !== undefined) return this.#page(observer, found);
      const listed = this.#list(found, flags.limit, await waitingElsewhere(observer, config));
      await tellWhatStops(this, { config, members: daemons });
      return listed;
    } finally {
      observer.close();
    }
  }

  async #read(observer: Observer, config: Config): Promise<Waiting> {
    const watcher = { config, journal: observedJournal(observer), clock: systemClock };
    const all = await waitingNow(watcher, observer.state(MONITOR));
    for (const problem of all.problems) this.warn(problem);
    const monitor = observer.consumers().find(({ name }) => name === MONITOR);
    if (all.total > 0 && (monitor?.pids.length ?? 0) === 0) this.warn(`${MONITOR} does not run, so no timeout is told`);
    const dead = new Set(all.waiting.flatMap(({ state, trigger_id: id }) => (state === 'dead' ? [id] : [])));
    if (dead.size === 0) return all;
    const letters = await storeOf(config).read(({ signalId }) => signalId !== null && dead.has(signalId));
    return { ...all, waiting: withLetters(all.waiting, letters) };
  }

  #list(found: Waiting, limit: number, elsewhere: WaitingElsewhere): Result {
    const nowMs = systemClock.nowMs();
    const { problems: _problems, ...result } = found;
    const [waiting, late] = [found.waiting.slice(0, limit), found.late.slice(0, limit)];
    if (waiting.length > 0) this.log(`${waitingTable(waiting, nowMs)}\n`);
    if (late.length > 0) this.log(`${lateTable(late, nowMs)}\n`);
    this.log(summaryOf(found, elsewhere));
    if (found.waiting.length > limit) this.note(`${found.waiting.length - limit} more; --limit shows more`);
    return { ...result, elsewhere };
  }

  #page(observer: Observer, found: Waiting): Result {
    const { problems: _problems, ...result } = found;
    const traces = new Set([...found.waiting, ...found.late].map(({ trace }) => trace));
    const chain = [...traces].flatMap((trace) => observer.page({ trace })).map(({ signal }) => signal);
    this.log(stuckPage(found, chain, systemClock.nowMs()));
    return { ...result, chain };
  }
}

/** What nobody declared an answer for, or what is no signal yet, waits all the same. */
async function waitingElsewhere(observer: Observer, config: Config): Promise<WaitingElsewhere> {
  const consumers = observer.consumers().filter(({ enabled }) => enabled);
  const signals = consumers.reduce((sum, { lag, waiting, running }) => sum + lag + waiting + running, 0);
  return { signals, intents: (await listOf('pending', pathsOf(config), 0)).total };
}
