import { property, assert as check, array, integer, nat, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SendPace } from '../../../src/lib/bus/embedded/send-pace.js';

const MOST_IN_FIVE_SECONDS = 64 * 1024 * 1024;

describe('the pace of a publisher', () => {
  it('lets a small burst through at once', () => {
    const pace = new SendPace(() => 0);
    expect(Array.from({ length: 1_000 }, () => pace.take(1_000))).toEqual(Array(1_000).fill(0));
  });

  it('sends no more than 64 MiB in any five seconds, whatever is published when', () => {
    const message = tuple(integer({ min: 1, max: 2 * 1024 * 1024 }), nat(2_000));
    check(
      property(array(message, { maxLength: 200 }), (messages) => {
        let nowMs = 0;
        const pace = new SendPace(() => nowMs);
        const sent = messages.map(([bytes, restMs]) => {
          nowMs += restMs;
          nowMs += pace.take(bytes);
          return { bytes, atMs: nowMs };
        });
        for (const { atMs } of sent) {
          const within = sent.filter((one) => one.atMs >= atMs && one.atMs < atMs + 5_000);
          expect(within.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(MOST_IN_FIVE_SECONDS);
        }
      }),
    );
  });
});
