import { describe, expect, it } from 'vitest';
import type { ArchivedLetter } from '../../../src/lib/dead-letter/archive.js';
import { lettersOf } from '../../../src/lib/dead-letter/letters.js';
import { statsOf } from '../../../src/lib/dead-letter/stats.js';

const NOON_MS = Date.parse('2026-11-20T12:00:00Z');
const asked = { nowMs: NOON_MS, quarantineAfter: 2 };
const row = { signal: { signal: 'Q_A', facts: {} }, error: 'Error: boom', daemon: 'worker' };
const lettersIn = (...rows: unknown[]) => lettersOf(rows.map((one) => Buffer.from(JSON.stringify(one))));

describe('the figures of the dead letter queue', () => {
  it('say when the first row failed first and the last one last', async () => {
    const letters = lettersIn(
      { ...row, first_failed_at: '2026-11-20T09:30:00Z', timestamp: '2026-11-20T11:59:00Z' },
      { ...row, first_failed_at: '2026-11-18T09:00:00Z', timestamp: '2026-11-18T09:10:00Z' },
      row,
    );
    expect(await statsOf(letters, [], asked)).toMatchObject({
      oldest: '2026-11-18T09:00:00.000Z',
      newest: '2026-11-20T11:59:00.000Z',
    });
  });

  it('count what failed last within an hour and within a day', async () => {
    const times = ['2026-11-20T11:00:01Z', '2026-11-20T11:00:00Z', '2026-11-19T12:00:01Z', '2026-11-19T12:00:00Z'];
    const letters = lettersIn(row, ...times.map((timestamp) => ({ ...row, timestamp })));
    expect(await statsOf(letters, [], asked)).toMatchObject({ open: 5, last_hour: 1, last_day: 3 });
  });

  it('count by daemon, by signal and by cause, the most first', async () => {
    const letters = lettersIn(
      { ...row, daemon: 'other' },
      row,
      { ...row, signal: 'Q_B' },
      { intent_file: '/x/a.json', error: 'refused', daemon: 'router' },
    );
    const { by_daemon, by_signal, groups } = await statsOf(letters, [], asked);
    expect(Object.entries(by_daemon)).toEqual([
      ['worker', 2],
      ['other', 1],
      ['router', 1],
    ]);
    expect(by_signal).toEqual({ Q_A: 2, Q_B: 1, '(no signal)': 1 });
    expect(groups).toBe(4);
  });

  it('tell who wrote the rows, with a zero for who wrote none', async () => {
    const letters = lettersIn({ ...row, number: 1, key: 'a' }, row, { intent_file: '/x', error: 'x' }, 'not an object');
    expect((await statsOf(letters, [], asked)).by_shape).toEqual({ kloros: 1, document: 1, intent: 1, unreadable: 1 });
    expect((await statsOf([], [], asked)).by_shape).toEqual({ kloros: 0, document: 0, intent: 0, unreadable: 0 });
  });

  it('count what failed again, what is in quarantine and what died in the attempt', async () => {
    const letters = lettersIn(row, { ...row, replay: 1 }, { ...row, replay: 2 }, { ...row, process_died: true });
    expect(await statsOf(letters, [], asked)).toMatchObject({ failed_again: 2, quarantined: 1, process_died: 1 });
  });

  it('count what left the queue by how it left', async () => {
    const [letter] = lettersIn(row);
    const left = (kind: ArchivedLetter['resolution']['kind']): ArchivedLetter => ({
      letter: letter!,
      resolution: { kind, at: '2026-11-20T11:00:00Z', reason: null },
      atMs: NOON_MS - 3_600_000,
    });
    const archived = [left('replayed'), left('edited'), left('replayed'), left('deleted')];
    expect(await statsOf([], archived, asked)).toMatchObject({
      ...{ open: 0, groups: 0, oldest: null, newest: null },
      archived: { replayed: 2, edited: 1, deleted: 1 },
    });
  });
});
