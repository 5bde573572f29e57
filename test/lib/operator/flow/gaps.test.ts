import { describe, expect, it } from 'vitest';
import { gapsOf } from '../../../../src/lib/operator/flow/gaps.js';
import { mint } from '../../../../src/lib/signals/mint.js';

const START_MS = 1_000_000_000_000;

/** Taken at these times, whatever the clock of its publisher shows. */
async function* said(entries: readonly (readonly [atMs: number, source?: string, seq?: unknown])[]) {
  let id = 0;
  for (const [atMs, source = 'a', seq] of entries)
    yield {
      signal: mint({ signal: 'BEAT', facts: { seq } }, { id: `${(id += 1)}`, source, nowMs: START_MS - 7 * atMs }),
      receivedAtMs: START_MS + atMs,
    };
}
const steady = (count: number) => Array.from({ length: count }, (_, index) => [index * 10_000] as const);
const untilMs = START_MS + 60_000;

describe('a gap', () => {
  it('is a silence longer than so many usual intervals', async () => {
    const { silences } = await gapsOf(said([...steady(6), [150_000]]), { factor: 5, untilMs: START_MS + 160_000 });
    expect(silences).toEqual([
      {
        ...{ signal: 'BEAT', source: 'a', lengthMs: 100_000, usualMs: 10_000 },
        ...{ fromMs: START_MS + 50_000, toMs: START_MS + 150_000 },
      },
    ]);
    expect((await gapsOf(said(steady(6)), { factor: 5, untilMs })).silences).toEqual([]);
  });

  it('is none of what health says to itself', async () => {
    async function* probes() {
      for await (const one of said([...steady(6), [150_000]]))
        yield { ...one, signal: { ...one.signal, signal: 'HEALTH_PROBE' } };
    }
    const found = await gapsOf(probes(), { factor: 5, untilMs: START_MS + 160_000 });
    expect(found).toMatchObject({ signals: 7, silences: [] });
  });

  it('is a silence that lasts', async () => {
    const { silences } = await gapsOf(said(steady(6)), { factor: 5, untilMs: START_MS + 200_000 });
    expect(silences).toMatchObject([{ toMs: null, lengthMs: 150_000 }]);
  });

  it('is none where too little is known of what is usual, and none of a source by what another does', async () => {
    expect((await gapsOf(said(steady(4)), { factor: 2, untilMs: START_MS + 9_000_000 })).silences).toEqual([]);
    const two = steady(6).flatMap(([atMs]) => [[atMs, 'a'] as const, [atMs + 1, 'b'] as const]);
    expect((await gapsOf(said(two), { factor: 5, untilMs })).silences).toEqual([]);
  });

  it('is a step in a counter of the peer, by source; what is no counter is passed over', async () => {
    const entries = [
      [0, 'a', 1],
      [1, 'b', 7],
      [2, 'a', 2],
      [3, 'a', 'x'],
      [4, 'a', 5],
      [5, 'a', 1],
      [6, 'b', 8],
    ] as const;
    const { jumps } = await gapsOf(said(entries), { factor: 5, untilMs, sequence: 'facts.seq' });
    expect(jumps).toMatchObject([
      { source: 'a', after: 2, next: 5, missing: 2 },
      { source: 'a', after: 5, next: 1, missing: 0 },
    ]);
  });
});
