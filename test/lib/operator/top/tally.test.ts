import { expect, it } from 'vitest';
import { OTHERS, Tally } from '../../../../src/lib/operator/top/tally.js';
import { signalOf } from '../../../helpers/signals.js';

const NOW_MS = 1_000_000_000_000;

it('counts by name, keeps the newest whole, and adds all up', () => {
  const tally = new Tally();
  tally.note(signalOf('OBSERVATION', { n: 1 }), NOW_MS);
  tally.note(signalOf('OBSERVATION', { n: 2 }), NOW_MS + 500);
  tally.note(signalOf('HEARTBEAT', {}), NOW_MS + 500);
  expect(tally.rows(NOW_MS + 500)).toMatchObject([
    { name: 'OBSERVATION', total: 2, lastAtMs: NOW_MS + 500, last: { facts: { n: 2 } } },
    { name: 'HEARTBEAT', total: 1 },
  ]);
  expect(tally.all(NOW_MS + 500).history.at(-1)).toBe(3);
});

it('holds no more than a thousand names, whatever a peer makes up; the rest share one row', () => {
  const tally = new Tally();
  for (let n = 0; n < 3_000; n += 1) tally.note(signalOf(`MADE_UP_${n}`, {}), NOW_MS);
  const rows = tally.rows(NOW_MS);
  expect(rows).toHaveLength(1_001);
  expect(rows.find(({ name }) => name === OTHERS)?.total).toBe(2_000);
});
