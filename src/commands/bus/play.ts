import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Args, Flags } from '@oclif/core';
import { systemClock } from '../../lib/base/clock.js';
import { parseDurationMs } from '../../lib/base/duration.js';
import { KlorosCommand, outputFlag } from '../../lib/cli/base-command.js';
import { usageError } from '../../lib/cli/command-error.js';
import { confirmed } from '../../lib/cli/confirm.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { planText } from '../../lib/cli/recording-text.js';
import { signalLine } from '../../lib/cli/signal-line.js';
import { withBus } from '../../lib/cli/with-bus.js';
import type { Bus } from '../../lib/bus/bus.js';
import { namePattern } from '../../lib/operator/pattern.js';
import { hearersOf } from '../../lib/operator/say.js';
import { planOf } from '../../lib/recording/plan.js';
import { play, playedName, type PlayQuery } from '../../lib/recording/play.js';
import { surveyRecording } from '../../lib/recording/survey.js';
import { terminalLine } from '../../lib/base/terminal-text.js';
import type { Signal } from '../../lib/signals/envelope.js';
import { signalName } from '../../lib/signals/name.js';
import { idMaker } from '../../lib/signals/id.js';

const BETWEEN_ROUNDS_MS = 1_000;

/** What `bus play --json` answers. */
interface Result {
  /** Null where it was only shown. */
  played: number | null;
  /** By the name under which it is said. */
  signals: Record<string, number>;
  /** Daemons that act on it. */
  hearers: string[];
}

/** Plays a recording. */
export default class BusPlay extends KlorosCommand {
  static override summary = 'Play a recording to subscribers, without any effect unless told';
  static override description = `Each signal is said anew with a new id, a recorded cause led over to the new one. It goes under the name REPLAY.<name>, which
no daemon hears, with the facts as they were and replay_of besides; subscribe to the prefix REPLAY. to see it. With --for-real it
goes under its own name, and the daemons act on it: it says which, and asks.`;
  static override examples = [
    '<%= config.bin %> bus play incident.jsonl.gz --dry-run',
    '<%= config.bin %> bus play incident.jsonl.gz --rate 10 --signal "Q_*" --yes',
    '<%= config.bin %> bus play incident.jsonl.gz --step --remap Q_DREAM_TRIGGER=MY_TEST',
    '<%= config.bin %> bus play incident.jsonl.gz --for-real --roots',
  ];
  static override args = { file: Args.string({ description: 'recording to play', required: true }) };
  static override flags = {
    rate: Flags.string({
      summary: 'So many times as fast as it was; max is at once',
      default: '1',
      helpValue: 'NUMBER',
    }),
    step: Flags.boolean({ summary: 'Wait for the enter key before each signal', exclusive: ['rate', 'loop'] }),
    until: Flags.string({ summary: 'Only the first so much of it, e.g. 30s, or up to an ISO time', helpValue: 'TIME' }),
    signal: Flags.string({ summary: 'Only these recorded names or globs', multiple: true, helpValue: 'NAME' }),
    remap: Flags.string({ summary: 'Say one name as another', multiple: true, helpValue: 'A=B' }),
    roots: Flags.boolean({ summary: 'Only what nothing in the recording caused: the colony makes the rest anew' }),
    loop: Flags.boolean({ summary: 'Begin anew a second after the end, until Ctrl-C' }),
    'for-real': Flags.boolean({ summary: 'Under their own names, so that the daemons act on them' }),
    'dry-run': Flags.boolean({ summary: 'Show what would be said, say nothing' }),
    yes: Flags.boolean({ summary: 'Do not ask', char: 'y' }),
    output: outputFlag(),
  };

  async run(): Promise<Result | undefined> {
    const { args, flags } = await this.parse(BusPlay);
    const pattern = namePattern(flags.signal ?? []);
    const [rate, remap] = [rateOf(flags.rate), new Map((flags.remap ?? []).map(pairOf))];
    if (flags.step && !process.stdin.isTTY)
      throw usageError('--step needs a terminal', 'nobody can press a key here', []);
    const survey = await surveyRecording(args.file);
    if (survey.footer === null) this.warn(`${args.file} was torn: it is played as far as it goes`);
    if (survey.bad > 0) this.warn(`${survey.bad} of its lines cannot be read and are left out`);
    const query: PlayQuery = {
      ...{ path: args.file, matches: (name) => pattern.matches(name), remap },
      ...{ forReal: flags['for-real'], rootsOnly: flags.roots },
      untilMs: flags.until === undefined ? Infinity : untilOf(flags.until, survey.firstMs ?? 0),
    };
    const { config } = await this.settings();
    return withBus(config, async (bus) => {
      const plan = await planOf(query, (names) => hearersOf(bus, names));
      this.note(planText(plan, query.forReal));
      const isMeant = plan.total > 0 && (await this.#isMeant(plan.total, flags));
      if (plan.total === 0) this.status = ExitCode.notFound;
      const played = isMeant ? await this.#play(bus, query, { ...flags, rate }) : null;
      return this.mode === 'jsonl' ? undefined : { played, signals: plan.signals, hearers: plan.hearers };
    });
  }

  async #isMeant(total: number, flags: { 'dry-run': boolean; yes: boolean }): Promise<boolean> {
    if (flags['dry-run']) return false;
    const question = `Say ${total === 1 ? 'this signal' : `these ${total} signals`}?`;
    if (await confirmed(question, { yes: flags.yes, mode: this.mode, abort: this.interrupted })) return true;
    this.note('Nothing was said');
    this.status = ExitCode.failed;
    return false;
  }

  async #play(bus: Bus, query: PlayQuery, { rate, step, loop }: { rate: number; step: boolean; loop: boolean }) {
    const pace = { rate, ...(step ? { step: (next: Signal) => this.#enter(playedName(next.signal, query)) } : {}) };
    const player = {
      ...{ bus, clock: systemClock, nextId: newIds(), abort: this.interrupted },
      played: (signal: Signal) => this.line(signal, () => signalLine(signal)),
    };
    let played = await play(query, pace, player);
    while (loop && (await this.#rested())) played += await play(query, pace, player);
    return played;
  }

  /** What was said in one moment would else be said again without a pause, for ever. False on Ctrl-C. */
  async #rested(): Promise<boolean> {
    await sleep(BETWEEN_ROUNDS_MS, undefined, { signal: this.interrupted }).catch(() => undefined);
    return !this.interrupted.aborted;
  }

  /** False where the operator has seen enough. */
  async #enter(name: string): Promise<boolean> {
    const asking = createInterface({ input: process.stdin, output: process.stderr });
    try {
      const answer = await asking.question(`${terminalLine(name)}  [enter: say it, q: end] `, {
        signal: this.interrupted,
      });
      return !/^q/i.test(answer.trim());
    } catch {
      return false; // Ctrl-C.
    } finally {
      asking.close();
    }
  }
}

function newIds(): () => string {
  const maker = idMaker(Math.random);
  return () => maker(systemClock.nowMs());
}

function rateOf(text: string): number {
  if (text === 'max') return Infinity;
  const rate = Number(text);
  if (rate > 0) return rate;
  throw usageError(`${text} is no rate`, 'a rate is a number above zero, or max', ['write e.g. --rate 10']);
}

function pairOf(text: string): [string, string] {
  const [, from, to] = /^([^=]+)=([^=]+)$/.exec(text) ?? [];
  if (from !== undefined && to !== undefined) return [from, signalName(to)];
  throw usageError(`${JSON.stringify(text)} renames nothing`, 'it is A=B', [
    'write e.g. --remap Q_DREAM_TRIGGER=MY_TEST',
  ]);
}

function untilOf(text: string, firstMs: number): number {
  const timeMs = /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(timeMs) ? firstMs + parseDurationMs(text) : timeMs;
}
