import { rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { KlorosError } from '../base/errors.js';
import type { Clock } from '../base/clock.js';
import type { Bus, Signal } from '../bus/bus.js';
import { fromIntent, isOutcome } from './outcome.js';

/** A question about a folder of code, asked by an intent file. */
export interface Question {
  /** Absolute. */
  path: string;
  /** Tells the intent from another about the same folder. */
  round: number;
}

/** What came of an intent. */
export interface Chain {
  module: string;
  /** File of the intent. */
  intent: string;
  /** Epoch milliseconds at which the file was in its folder. */
  askedAtMs: number;
  /** Each signal that it led to, up to the one that ends it. */
  signals: Signal[];
}

/** What asking needs. */
export interface AskOptions {
  bus: Bus;
  clock: Clock;
  /** Folder of the intents. */
  folder: string;
  /** Each signal of the chain, as it is said. */
  onSignal?: (signal: Signal) => void;
}

/** Renames an intent file into the folder and follows what it leads to. Throws KlorosError DEMO_TIMED_OUT on abort. */
export async function ask(question: Question, options: AskOptions, abort: AbortSignal): Promise<Chain> {
  const { bus, clock, folder } = options;
  const afterSeq = await bus.newest();
  const intent = await submit(question, { folder, nowMs: clock.nowMs() });
  const chain: Chain = { module: basename(question.path), intent, askedAtMs: clock.nowMs(), signals: [] };
  for await (const { signal } of bus.follow({ afterSeq }, abort)) {
    if (!belongs(signal, chain)) continue;
    chain.signals.push(signal);
    options.onSignal?.(signal);
    if (isOutcome(signal)) return chain;
  }
  if (!isTimeout(abort.reason)) abort.throwIfAborted();
  throw unanswered(chain);
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError';
}

async function submit(question: Question, { folder, nowMs }: { folder: string; nowMs: number }): Promise<string> {
  const name = basename(question.path);
  const intent = {
    type: 'discover.module',
    id: `discover.module.${name}`,
    data: {
      question: `What does the ${name} module do?`,
      question_id: `discover.module.${name}`,
      priority: 'normal',
      evidence: [`path:${question.path}`],
    },
    emitted_by: 'kloros demo',
  };
  const file = `${nowMs}_discover.module_${name}_${question.round}.json`;
  await writeFile(join(folder, `${file}.tmp`), JSON.stringify(intent));
  await rename(join(folder, `${file}.tmp`), join(folder, file));
  return file;
}

/** The monitor may see the registry change before it hears of it, and then speaks of the module in a chain of its own. */
function belongs(signal: Signal, { intent, module, signals: [root] }: Chain): boolean {
  if (root === undefined) return signal.cause_id === fromIntent(intent);
  return (
    signal.trace === root.trace || (signal.signal === 'Q_MODULE_DISCOVERED' && signal.facts['module_name'] === module)
  );
}

function unanswered({ module, signals }: Chain): KlorosError {
  return new KlorosError({
    code: 'DEMO_TIMED_OUT',
    message: `The question about ${module} was not answered in time`,
    why: `the last that was heard of it is ${signals.at(-1)?.signal ?? 'its intent file'}`,
    next: ['keep the home and look at its log: kloros demo --keep'],
  });
}
