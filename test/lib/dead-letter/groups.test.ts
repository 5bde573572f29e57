import { describe, expect, it } from 'vitest';
import { causeOf } from '../../../src/lib/dead-letter/fingerprint.js';
import { groupsOf } from '../../../src/lib/dead-letter/groups.js';
import { lettersOf } from '../../../src/lib/dead-letter/letters.js';

const NOON_MS = Date.parse('2026-11-20T12:00:00Z');
const asked = { nowMs: NOON_MS, quarantineAfter: 2 };

const row = {
  signal: { signal: 'Q_A', source: 'registry_monitor', facts: {} as Record<string, unknown> },
  error: 'TypeError: row 7 is bad',
  daemon: 'worker',
  first_failed_at: '2026-11-20T10:00:00.000Z',
  timestamp: '2026-11-20T10:30:00.000Z',
};
const lettersIn = (...rows: unknown[]) => lettersOf(rows.map((one) => Buffer.from(JSON.stringify(one))));

describe('groups of dead letters', () => {
  it('are one a cause, the largest first', async () => {
    const letters = lettersIn(
      { ...row, error: 'RangeError: too far' },
      { ...row, number: 1, key: 'a' },
      { ...row, number: 2, key: 'b', error: 'TypeError: row 8 is bad' },
      { ...row, daemon: 'other' },
    );
    expect(await groupsOf(letters, asked)).toMatchObject([
      { count: 2, daemon: 'worker', signal: 'Q_A', error_class: 'TypeError', pattern: 'TypeError: row <n> is bad' },
      { count: 1, daemon: 'worker', error_class: 'RangeError' },
      { count: 1, daemon: 'other', error_class: 'TypeError' },
    ]);
  });

  it('are named by the fingerprint of their cause', async () => {
    const cause = causeOf({ daemon: 'worker', signalName: 'Q_A', error: row.error });
    expect((await groupsOf(lettersIn(row), asked)).map(({ group }) => group)).toEqual([cause.fingerprint]);
  });

  it('were first seen at the first failure of any row, and last seen at the last one', async () => {
    const letters = lettersIn(
      row,
      { ...row, first_failed_at: '2026-11-20T09:00:00.000Z', timestamp: '2026-11-20T09:10:00.000Z' },
      { ...row, first_failed_at: '2026-11-20T10:50:00.000Z', timestamp: '2026-11-20T11:00:00.000Z' },
    );
    expect(await groupsOf(letters, asked)).toMatchObject([
      {
        first_seen: '2026-11-20T09:00:00.000Z',
        last_seen: '2026-11-20T11:00:00.000Z',
        oldest_age_ms: 3 * 3_600_000,
      },
    ]);
  });

  it('have no times where no row says one, and are not misled by a row that says none', async () => {
    const timeless = { ...row, first_failed_at: undefined, timestamp: undefined };
    expect(await groupsOf(lettersIn(timeless), asked)).toMatchObject([
      { first_seen: null, last_seen: null, oldest_age_ms: null },
    ]);
    expect(await groupsOf(lettersIn(timeless, row), asked)).toMatchObject([
      { first_seen: row.first_failed_at, last_seen: row.timestamp },
    ]);
  });

  it('show the newest row as their sample, wherever it stands', async () => {
    const newest = { ...row, number: 2, key: 'b', error: 'TypeError: row 9 is bad', timestamp: '2026-11-20T11:00:00Z' };
    const letters = lettersIn({ ...row, number: 1, key: 'a' }, newest, { ...row, number: 3, key: 'c' });
    expect(await groupsOf(letters, asked)).toMatchObject([{ sample: { id: '2', error: 'TypeError: row 9 is bad' } }]);
  });

  it('say who is affected: sources, and ids and names in the facts, the five most frequent', async () => {
    const about = (facts: Record<string, unknown>) => ({ ...row, signal: { ...row.signal, facts } });
    const letters = lettersIn(
      about({ question_id: 'q.one', confidence: 0.4 }),
      about({ question_id: 'q.one', capability_key: 'c' }),
      about({ question_id: 'q.two', id: 7, name: 'n', note: 'not a name' }),
      { ...row, signal: undefined, intent_file: '/x/a.json' },
    );
    const groups = await groupsOf(letters, asked);
    expect(groups.find(({ signal }) => signal === 'Q_A')?.affected).toEqual([
      { what: 'source=registry_monitor', count: 3 },
      { what: 'question_id=q.one', count: 2 },
      { what: 'capability_key=c', count: 1 },
      { what: 'question_id=q.two', count: 1 },
      { what: 'name=n', count: 1 },
    ]);
    expect(groups.find(({ signal }) => signal === '')?.affected).toEqual([{ what: 'intent=/x/a.json', count: 1 }]);
  });

  it('count what is in quarantine and what died in the attempt', async () => {
    const letters = lettersIn(row, { ...row, replay: 2 }, { ...row, process_died: true });
    expect(await groupsOf(letters, asked)).toMatchObject([{ count: 3, quarantined: 1, process_died: 1 }]);
  });

  it('are none of an empty queue', async () => {
    expect(await groupsOf([], asked)).toEqual([]);
  });
});
