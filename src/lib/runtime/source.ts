import { sleep } from '../base/timers.js';
import { errorCode } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { Bus } from '../bus/bus.js';
import { failureOf } from './failure.js';
import { logEmitted } from './journal-words.js';
import type { Committable } from './answer.js';
import type { SourceBatch } from './define-daemon.js';
import { COLONY } from '../signals/origin.js';

/** What drives a source. */
export interface SourceOptions {
  bus: Bus;
  daemon: string;
  batches: AsyncIterable<SourceBatch>;
  /** Makes signals of what the source said. */
  toCommit: (said: SourceBatch) => Committable;
  /** Resolves when something may be said. */
  ready: () => Promise<void>;
  stop: AbortSignal;
  log: Logger;
}

const RETRY_MS = 1_000;

/** Commits what a source says, then lets it clean up; what cannot be written yet is held and tried again. */
export async function runSource(options: SourceOptions): Promise<void> {
  const isStopped = () => options.stop.aborted;
  await options.ready();
  for await (const batch of options.batches) {
    await options.ready();
    if (isStopped()) return;
    const commit = options.toCommit(batch);
    if (!(await commitUntilWritten(options, commit))) return;
    for (const signal of commit.signals) logEmitted(options.log, signal);
    await batch.committed?.();
    await options.ready();
    if (isStopped()) return;
  }
}

/** False when the daemon stops before the journal could be written: the source says it again at the next start. */
async function commitUntilWritten(options: SourceOptions, commit: Committable): Promise<boolean> {
  for (;;) {
    try {
      await options.bus.commit(commit, options.daemon);
      return true;
    } catch (error) {
      if (errorCode(error) === 'ID_CONFLICT') return commitOneByOne(options, commit);
      options.log.error({ err: error }, 'What was found cannot be written to the journal; tried again in a second');
      await sleep(RETRY_MS, options.stop);
      if (options.stop.aborted) return false;
    }
  }
}

/** One signal whose id exists with other content becomes a dead letter and holds back no other. */
async function commitOneByOne({ bus, daemon, log }: SourceOptions, commit: Committable): Promise<boolean> {
  for (const signal of commit.signals) {
    try {
      await bus.emit([signal], commit.from ?? COLONY);
    } catch (error) {
      if (errorCode(error) !== 'ID_CONFLICT') throw error;
      log.error({ id: signal.id }, `${signal.signal} is a dead letter: its id stands for other content already`);
      const letter = { ...failureOf(error), daemon, signal, key: `conflict ${signal.id}` };
      await bus.commit({ signals: [], deadLetters: [letter], state: [] }, daemon);
    }
  }
  await bus.commit({ ...commit, signals: [] }, daemon);
  return true;
}
