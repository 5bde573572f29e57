import { Args, Flags } from '@oclif/core';
import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { confirmed } from '../../lib/cli/confirm.js';
import {
  countsOf,
  noneSendable,
  planCounts,
  planQuestion,
  planText,
  replayText,
  whysOf,
} from '../../lib/cli/dlq-replay-text.js';
import { chosen, isNarrowed, nothingMatched, selectionFlags, storeOf } from '../../lib/cli/dlq-selection.js';
import { frozen, nothingChosen, nothingToResume } from '../../lib/cli/replay-errors.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { progressLine } from '../../lib/cli/progress-line.js';
import { replayFlags, runSettings } from '../../lib/cli/replay-flags.js';
import { withBus } from '../../lib/cli/with-bus.js';
import { pathsOf } from '../../lib/config/paths.js';
import type { Config } from '../../lib/config/schema.js';
import { isQuarantined } from '../../lib/dead-letter/filter.js';
import type { Letter } from '../../lib/dead-letter/letter.js';
import { kept } from '../../lib/dead-letter/letters.js';
import { planReplay, withoutForgotten } from '../../lib/dead-letter/plan.js';
import { Replay } from '../../lib/dead-letter/replay.js';
import type { ReplayResult } from '../../lib/dead-letter/replay-result.js';
import { RunRecord, unfinishedRuns, type RunHeader } from '../../lib/dead-letter/run-record.js';
import { idMaker } from '../../lib/signals/id.js';

/** What was selected, and what became of it. */
interface Result extends Partial<ReplayResult> {
  selected: number;
  /** Left out: only its id replays a row that failed so often. */
  quarantined: number;
  /** How many rows would go where, or became what. */
  counts: Record<string, number>;
}

/** Flags that mean nothing for a replay that was begun. */
const OF_A_NEW_ONE = [...Object.keys(selectionFlags), 'all', 'broadcast', 'rate', 'ramp', 'limit', 'reason'];

type Settings = ReturnType<typeof runSettings>;

/** What is asked about a replay that was begun. */
interface Unfinished {
  abandon: boolean;
  ids: readonly string[];
  yes: boolean;
  'dry-run': boolean;
}

/** Replays dead letters. */
export default class DlqReplay extends KlorosCommand {
  static override summary = 'Handle dead letters again: by id, by cause or by filter, slowly if you like';
  static override description = `The selection is frozen when the command starts. A signal of this journal goes back to the daemon that failed and to no other.
One that fails again is back in the queue with its history; after dlq.quarantineAfter replays only its id replays it.
Interrupted, it goes on with --resume, or is given up with --abandon. Foreign rows, and rows that the
journal no longer knows, are said anew and so heard by all; the plan says so. Intents go back into their folder.`;
  static override examples = [
    '<%= config.bin %> dlq replay 17',
    '<%= config.bin %> dlq replay --group 3fa9 --dry-run',
    '<%= config.bin %> dlq replay --group 3fa9 --ramp 1,5,20,100 --reason "schema fixed" --yes',
    '<%= config.bin %> dlq replay --daemon capability-integrator --rate 50 --limit 1000 --yes',
    '<%= config.bin %> dlq replay --resume',
    '<%= config.bin %> dlq replay --abandon --dry-run',
  ];
  static override strict = false;
  static override args = { id: Args.string({ description: 'dead letters, as kloros dlq list shows them' }) };
  static override flags = {
    ...selectionFlags,
    ...replayFlags,
    all: Flags.boolean({ summary: 'The whole queue' }),
    resume: Flags.boolean({
      summary: 'Go on with the replay that was interrupted last, with its rows and its pace',
      exclusive: OF_A_NEW_ONE,
    }),
    abandon: Flags.boolean({
      summary: 'Give that replay up: what it has not sent stays in the queue',
      exclusive: [...OF_A_NEW_ONE, 'resume'],
    }),
    'dry-run': Flags.boolean({ summary: 'Show what would happen, change nothing' }),
    yes: Flags.boolean({ summary: 'Do not ask', char: 'y' }),
  };

  async run(): Promise<Result> {
    const { flags, argv } = await this.parse(DlqReplay);
    const settings = runSettings(flags);
    const input = { ...flags, ids: argv.map(String) };
    const { config } = await this.settings();
    if (flags.resume || flags.abandon) return this.#goOn(config, input);
    if (!isNarrowed(input) && !flags.all) throw nothingChosen();
    await this.#tellUnfinished(config);
    const store = storeOf(config);
    const { quarantineAfter } = config.dlq;
    const meant = await chosen(() => store.letters(), input);
    const selected: Letter[] = [];
    let quarantined = 0;
    for await (const letter of meant) {
      if (input.ids.length === 0 && isQuarantined(letter, quarantineAfter)) quarantined += 1;
      else if (selected.length < (flags.limit ?? Infinity)) selected.push(kept(letter));
    }
    if (quarantined > 0)
      this.warn(
        `${quarantined} in quarantine are left out: they failed after ${quarantineAfter} replays or more; replay them by id`,
      );
    if (selected.length === 0) throw nothingMatched(meant.total);
    return this.#replay(selected, { config, settings, quarantined, dryRun: flags['dry-run'], yes: flags.yes });
  }

  async #replay(
    selected: readonly Letter[],
    {
      config,
      settings,
      quarantined,
      dryRun,
      yes,
    }: { config: Config; settings: Settings; quarantined: number; dryRun: boolean; yes: boolean },
  ): Promise<Result> {
    const plans = await withBus(config, async (bus) =>
      withoutForgotten(await planReplay(selected, bus, settings.broadcast), bus),
    );
    this.log(planText(plans));
    for (const why of whysOf(plans)) this.warn(`Cannot be replayed: ${why}`);
    const planned = { selected: selected.length, quarantined, counts: planCounts(plans) };
    if (dryRun) return planned;
    if (plans.every(({ way }) => way === 'none')) throw noneSendable(plans);
    if (!(await this.#isConfirmed(planQuestion(plans), yes))) return planned;
    const nowMs = systemClock.nowMs();
    const run = idMaker(Math.random)(nowMs);
    const record = new RunRecord(pathsOf(config).replays, {
      run,
      startedAtMs: nowMs,
      ...settings,
      ids: selected.map(({ id }) => id),
    });
    await record.begin();
    return this.#run(record, { config, quarantined });
  }

  /** With the replay that was interrupted last, or gives it up. */
  async #goOn(config: Config, { abandon, ids, yes, 'dry-run': dryRun }: Unfinished): Promise<Result> {
    if (ids.length > 0) throw frozen(abandon ? '--abandon' : '--resume');
    const record = (await unfinishedRuns(pathsOf(config).replays)).at(-1);
    if (record === undefined) throw nothingToResume();
    const sent = (await record.sent()).length;
    const left = record.header.ids.length - sent;
    this.note(
      `The replay of ${new Date(record.header.startedAtMs).toISOString()} has sent ${sent} of ${record.header.ids.length}`,
    );
    const planned = { selected: left, quarantined: 0, counts: {} };
    const question = abandon ? `Leave the other ${left} in the queue?` : `Send the ${left} that are left?`;
    if (dryRun || !(await this.#isConfirmed(question, yes))) return planned;
    return this.#run(record, { config, quarantined: 0, abandon });
  }

  async #run(
    record: RunRecord,
    { config, quarantined, abandon = false }: { config: Config; quarantined: number; abandon?: boolean },
  ): Promise<Result> {
    const progress = progressLine('Replaying', this.mode);
    const watching = progressLine('Watching', this.mode);
    const { intents, quarantine } = pathsOf(config);
    const options = {
      store: storeOf(config),
      folders: { intents, quarantine },
      clock: systemClock,
      abort: this.interrupted,
      progress: progress.show,
      watching: watching.show,
    };
    const result = await withBus(config, async (bus) => {
      const replay = new Replay(record, { ...options, bus });
      return abandon ? replay.abandon() : replay.run();
    }).finally(() => progress.end());
    this.log(replayText(result));
    this.#conclude(result, record.header);
    return { selected: record.header.ids.length, quarantined, counts: { ...countsOf(result.rows) }, ...result };
  }

  #conclude({ rows, stopped, left }: ReplayResult, { ramp }: RunHeader): void {
    const failed = rows.some(({ became }) => became === 'failed again' || became === 'not sent');
    if (stopped === 'step failed')
      this.warn(`A row of a step failed, so ${left} of the ramp ${ramp?.join(',') ?? ''} were not sent`);
    if (stopped === 'step undecided')
      this.warn(
        `A step was not decided in time, so ${left} were not sent; --watch waits longer, except for what is only sent, as an intent: look what became of it`,
      );
    if (left > 0 && stopped !== 'abandoned')
      this.note('kloros dlq replay --resume   # sends the rest; --abandon leaves it');
    if (failed) this.status = ExitCode.failed;
    else if (stopped === 'step undecided') this.status = ExitCode.timedOut;
  }

  async #isConfirmed(question: string, yes: boolean): Promise<boolean> {
    if (await confirmed(question, { yes, mode: this.mode, abort: this.interrupted })) return true;
    this.note('Nothing was changed');
    this.status = ExitCode.failed;
    return false;
  }

  async #tellUnfinished(config: Config): Promise<void> {
    const unfinished = await unfinishedRuns(pathsOf(config).replays);
    if (unfinished.length > 0)
      this.note(`${unfinished.length} earlier replay was not finished: kloros dlq replay --resume, or --abandon`);
  }
}
