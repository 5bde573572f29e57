import { Args, Flags } from '@oclif/core';
import chalk from 'chalk';
import { timeoutSignal } from '../../lib/base/timers.js';
import { daemons } from '../../daemons/index.js';
import { systemClock } from '../../lib/base/clock.js';
import { parseDurationMs } from '../../lib/base/duration.js';
import type { KlorosError } from '../../lib/base/errors.js';
import type { Bus } from '../../lib/bus/bus.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { usageError } from '../../lib/cli/command-error.js';
import { readInput } from '../../lib/cli/read-input.js';
import { colouredName, signalLine } from '../../lib/cli/signal-line.js';
import { withBus } from '../../lib/cli/with-bus.js';
import { awaitAnswer, noAnswer } from '../../lib/operator/answer.js';
import { envelopeBatches } from '../../lib/operator/envelopes.js';
import { parseFacts, withFacts } from '../../lib/operator/facts-input.js';
import {
  exampleOf,
  hearersOf,
  operatorSignal,
  saidAnew,
  stoppedBy,
  unknownSignal,
  type Hearer,
  type MintOptions,
} from '../../lib/operator/say.js';
import type { Facts, Signal } from '../../lib/signals/envelope.js';
import { idMaker } from '../../lib/signals/id.js';
import { signalName } from '../../lib/signals/name.js';
import { OPERATOR, RELAY } from '../../lib/signals/origin.js';

/** What was said, who hears it, and the answer that was waited for. */
interface Result {
  emitted: Pick<Signal, 'id' | 'signal' | 'trace'>[];
  hearers: Hearer[];
  /** Daemons that a governance.kill stops. */
  stops: string[];
  answer: Signal | null;
}

/** Says signals. */
export default class BusEmit extends KlorosCommand {
  static override summary = 'Say a signal';
  static override description = `It is durable when the command returns, whether or not anybody runs to hear it.
Facts of a signal that kloros knows are checked. With "-" it reads envelopes, one JSON object a line, from stdin.`;
  static override examples = [
    '<%= config.bin %> bus emit Q_DREAM_REQUESTED --example --set reason=experiment',
    '<%= config.bin %> bus emit OBSERVATION --fact text=hello --fact level=3',
    '<%= config.bin %> bus emit Q_CURIOSITY_INVESTIGATE --example --wait-for Q_INVESTIGATION_COMPLETE --timeout 10s',
    '<%= config.bin %> bus listen --since 1h --no-follow --output jsonl | <%= config.bin %> bus emit -',
  ];
  static override args = { signal: Args.string({ description: 'name of the signal, or - for envelopes on stdin' }) };
  static override flags = {
    fact: Flags.string({
      summary: 'A fact; JSON, else text; dots reach inside',
      multiple: true,
      helpValue: 'KEY=VALUE',
    }),
    facts: Flags.string({ summary: 'All facts, a JSON object in a file or on stdin', helpValue: 'FILE|-' }),
    example: Flags.boolean({ summary: "The catalogue's example facts", exclusive: ['facts'] }),
    set: Flags.string({
      summary: 'Change a fact of the example',
      multiple: true,
      helpValue: 'KEY=VALUE',
      dependsOn: ['example'],
    }),
    'keep-ids': Flags.boolean({ summary: 'Envelopes keep their ids: what the journal has is not said twice' }),
    'wait-for': Flags.string({
      summary: 'Wait for an answer of this name, the first of several',
      multiple: true,
      helpValue: 'SIGNAL',
    }),
    timeout: Flags.string({ summary: 'Longest wait', default: '10s', helpValue: 'DURATION' }),
  };

  readonly #makeId = idMaker(Math.random);
  readonly #minting: MintOptions = {
    nextId: () => this.#makeId(systemClock.nowMs()),
    nowMs: () => systemClock.nowMs(),
  };

  async run(): Promise<Result> {
    const { args, flags } = await this.parse(BusEmit);
    const wait = { signals: flags['wait-for'] ?? [], limitMs: parseDurationMs(flags.timeout) };
    if (args.signal === undefined) throw nothingToSay();
    if (args.signal === '-' && wait.signals.length > 0) throw waitNeedsOne();
    if (args.signal === '-') return this.#sayEnvelopes(flags['keep-ids']);
    const name = signalName(args.signal);
    const unknown = unknownSignal(name);
    if (unknown !== undefined) this.warn(`${unknown}; it is said as it is`);
    return this.#sayOne(operatorSignal({ signal: name, facts: await factsOf(name, flags) }, this.#minting), wait);
  }

  async #sayOne(signal: Signal, wait: { signals: string[]; limitMs: number }): Promise<Result> {
    const { config } = await this.settings();
    const limit = wait.signals.length > 0 ? [this.interrupted, timeoutSignal(wait.limitMs)] : [];
    return withBus(config, async (bus) => {
      const afterSeq = await bus.newest();
      await bus.emit([signal], OPERATOR);
      const said = await this.#report(bus, [signal]);
      if (wait.signals.length === 0) return { ...said, answer: null };
      const query = { question: signal, afterSeq, signals: wait.signals };
      const recorded = await awaitAnswer(bus, query, AbortSignal.any(limit));
      if (!recorded) throw noAnswer(query, wait.limitMs);
      this.log(signalLine(recorded.signal));
      return { ...said, answer: recorded.signal };
    });
  }

  async #sayEnvelopes(keepIds: boolean): Promise<Result> {
    const { config } = await this.settings();
    return withBus(config, async (bus) => {
      const all: Signal[] = [];
      for await (const batch of envelopeBatches(process.stdin, this.#minting)) {
        const signals = keepIds ? batch : batch.map((signal) => saidAnew(signal, this.#minting));
        await bus.emit(signals, RELAY);
        all.push(...signals);
      }
      return { ...(await this.#report(bus, all)), answer: null };
    });
  }

  /** Tells what was said and who hears it. */
  async #report(bus: Bus, signals: readonly Signal[]): Promise<Omit<Result, 'answer'>> {
    const names = [...new Set(signals.map(({ signal }) => signal))];
    const hearers = await hearersOf(bus, names);
    const [only] = signals;
    const what =
      signals.length === 1 && only ? `${colouredName(only.signal)} ${chalk.dim(only.id)}` : `${signals.length} signals`;
    const who = hearers.map(
      ({ name, running }) => `${name} ${running ? chalk.green('(running)') : chalk.yellow('(not running)')}`,
    );
    this.log(`Emitted ${what}${who.length > 0 ? `; heard by ${who.join(', ')}` : ''}`);
    const stops = stoppedBy(signals, daemons);
    if (stops.length > 0) this.log(`Stops ${stops.join(', ')} until: kloros daemon resume`);
    if (hearers.length + stops.length === 0 && signals.length > 0)
      this.warn(`no daemon of this home hears ${names.join(', ')}; it is kept in the journal`);
    return { emitted: signals.map(({ id, signal, trace }) => ({ id, signal, trace })), hearers, stops };
  }
}

async function factsOf(
  name: string,
  flags: { fact?: string[] | undefined; facts?: string | undefined; example: boolean; set?: string[] | undefined },
): Promise<Facts> {
  const base = flags.example
    ? exampleOf(name)
    : flags.facts === undefined
      ? {}
      : parseFacts(await readInput(flags.facts), flags.facts);
  return withFacts(base, [...(flags.set ?? []), ...(flags.fact ?? [])]);
}

function nothingToSay(): KlorosError {
  return usageError('Missing SIGNAL', 'there is nothing to say; stdin is read for "-" alone', [
    'kloros bus emit - < envelopes.jsonl',
    'kloros signal list',
    'kloros bus emit --help',
  ]);
}

function waitNeedsOne(): KlorosError {
  return usageError('--wait-for goes with one signal', 'envelopes on stdin may be any number', [
    'kloros bus emit --help',
  ]);
}
