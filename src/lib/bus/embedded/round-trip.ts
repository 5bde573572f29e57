import { Subscriber } from 'zeromq';
import { sleep } from '../../base/timers.js';
import type { Clock } from '../../base/clock.js';
import { encodeSignal, nativeIdOf } from '../../signals/codec.js';
import type { Signal } from '../../signals/envelope.js';
import { unlessClosed } from './guarded-socket.js';
import { Publisher } from './wire.js';

/** What a round trip needs. */
export interface RoundTrip {
  xsub: string;
  xpub: string;
  timeoutMs: number;
  /** A fresh signal each time it is called. */
  probe: () => Signal;
  clock: Pick<Clock, 'monotonicMs'>;
}

const AGAIN_MS = 250;

/**
 * Says a signal as a peer does, at the door for publishers, and hears it as a peer does, at the door for subscribers:
 * milliseconds from one to the other, or undefined where it does not come back in time.
 * A subscription may arrive at the hub after the signal, so another one is said until one is heard.
 */
export async function roundTrip({ xsub, xpub, timeoutMs, probe, clock }: RoundTrip): Promise<number | undefined> {
  const ear = new Subscriber({ linger: 0 });
  const mouth = Publisher.connected(xsub);
  const saidAtMs = new Map<string, number>();
  const over = new AbortController();
  try {
    ear.connect(xpub);
    ear.subscribe(probe().signal);
    const heard = hear(ear, saidAtMs).catch(unlessClosed(ear));
    void sayAgain(over.signal, async () => {
      if (!(await mouth.audience(AGAIN_MS))) return;
      const signal = probe();
      saidAtMs.set(signal.id, clock.monotonicMs());
      await mouth.send([{ name: signal.signal, frame: encodeSignal(signal) }]);
    });
    const saidMs = await Promise.race([heard, sleep(timeoutMs, over.signal)]);
    return saidMs === undefined ? undefined : clock.monotonicMs() - saidMs;
  } finally {
    over.abort();
    ear.close();
    await mouth.close();
  }
}

async function hear(ear: Subscriber, saidAtMs: ReadonlyMap<string, number>): Promise<number | undefined> {
  for await (const [, frame] of ear) {
    const saidMs = saidAtMs.get((frame && nativeIdOf(frame)) ?? '');
    if (saidMs !== undefined) return saidMs;
  }
  return undefined;
}

async function sayAgain(over: AbortSignal, say: () => Promise<void>): Promise<void> {
  while (!over.aborted) {
    await say();
    await sleep(AGAIN_MS, over);
  }
}
