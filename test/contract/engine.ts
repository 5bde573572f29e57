import type { Bus, Consumer, ConsumerSpec, Delivery } from '../../src/lib/bus/bus.js';
import { until } from '../helpers/colony.js';

/** An engine under test: several processes' doors to one journal. */
export interface EngineUnderTest {
  /** One more process; its clock can be moved by hand. */
  join(name: string): Promise<{ bus: Bus; advanceMs(ms: number): void }>;
  /** One more process, which handles a signal as `worker`, says Q_B, and is killed at a step; resolves when it is gone. */
  dieAt(step: CrashStep): Promise<void>;
  end(): Promise<void>;
}

/** How far a process has come when it is killed. */
export type CrashStep = (typeof CRASH_STEPS)[number];

/** All of them, in order. */
export const CRASH_STEPS = ['opened', 'claiming', 'claimed', 'settling', 'settled'] as const;

/** How an attempt of a test fails. */
export const FAILURE = { error: 'Error: boom', traceback: 'at test' };

/** A consumer of Q_A. */
export function spec(overrides: Partial<ConsumerSpec> = {}): ConsumerSpec {
  return {
    name: 'worker',
    hears: ['Q_A'],
    from: 'beginning',
    maxAttempts: 3,
    ordered: false,
    urgentFirst: false,
    ...overrides,
  };
}

/** The facts `n` of what was claimed. */
export function numbers(deliveries: readonly Delivery[]): unknown[] {
  return deliveries.map(({ signal }) => signal.facts['n']);
}

/** Claims until there are so many. */
export async function claimAll(consumer: Consumer, count: number): Promise<Delivery[]> {
  const claimed: Delivery[] = [];
  await until(`${count} are claimed`, async () => {
    claimed.push(...(await consumer.claim(count - claimed.length)));
    if (claimed.length < count) await consumer.wait(10);
    return claimed.length >= count;
  });
  return claimed;
}
