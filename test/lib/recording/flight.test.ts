import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../../src/lib/config/schema.js';
import { pathsOf } from '../../../src/lib/config/paths.js';
import { keepFlights, noteAlert } from '../../../src/lib/recording/flight.js';
import { recordingsIn } from '../../../src/lib/recording/folder.js';
import { surveyRecording } from '../../../src/lib/recording/survey.js';
import { removeHome, temporaryConfig } from '../../helpers/colony.js';
import { WrittenJournal } from '../../helpers/written-journal.js';

const ALERT_MS = 1_700_000_000_000;
const MINUTE_MS = 60_000;
const facts = (severity: string) => ({
  ...{ alert_type: 'disk_space', severity, metric_value: '99', threshold: '80' },
  recommended_action: 'make room',
});

let config: Config;
let journal: WrittenJournal;
let kept: Record<string, unknown>;
let nowMs: number;
beforeEach(async () => {
  config = await temporaryConfig({ flight: { maxFiles: 2 } });
  [journal, kept, nowMs] = [new WrittenJournal(), {}, ALERT_MS];
});
afterEach(() => removeHome(config));

const env = () => ({
  ...{ name: 'monitor', config, journal, state: async () => kept },
  clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
});
const settle = (changes: readonly { key: string; value: unknown }[]) => {
  for (const { key, value } of changes) {
    if (value === null) kept = Object.fromEntries(Object.entries(kept).filter(([other]) => other !== key));
    else kept[key] = value;
  }
  return changes.length;
};
/** From a peer whose clock is a year ahead. */
const alert = async (id: string, receivedAtMs: number, severity = 'critical') => {
  const atMs = receivedAtMs + 365 * 24 * 60 * MINUTE_MS;
  const signal = journal.write({ id, name: 'Q_HEALTH_ALERT', facts: facts(severity), atMs, receivedAtMs });
  return settle(await noteAlert(signal, { ...env(), receivedAtMs }));
};
const round = async (atMs: number) => {
  nowMs = atMs;
  return settle(await keepFlights(env()));
};

describe('the flight recorder', () => {
  it('keeps the minutes before and after a critical alert, once they are over, and forgets it then', async () => {
    journal.write({ id: 'old', name: 'A', atMs: ALERT_MS - 6 * MINUTE_MS });
    journal.write({ id: 'before', name: 'A', atMs: ALERT_MS - MINUTE_MS });
    await alert('ALERT', ALERT_MS);
    journal.write({ id: 'after', name: 'B', atMs: ALERT_MS + 30_000 });
    journal.write({ id: 'late', name: 'B', atMs: ALERT_MS + 2 * MINUTE_MS });
    expect(await round(ALERT_MS + 30_000)).toBe(0);
    expect(await round(ALERT_MS + MINUTE_MS)).toBe(1);
    expect(await round(ALERT_MS + 9 * MINUTE_MS)).toBe(0);
    const files = await recordingsIn(pathsOf(config).flights);
    expect(files).toHaveLength(1);
    expect(await surveyRecording(files[0]!.path)).toMatchObject({
      header: { by: 'flight recorder of monitor', reason: 'Q_HEALTH_ALERT disk_space ALERT' },
      bySignal: { A: 1, Q_HEALTH_ALERT: 1, B: 1 },
      footer: { ended: 'complete' },
    });
  });

  it('keeps nothing for a warning, and one recording for a storm', async () => {
    expect(await alert('WARN', ALERT_MS, 'warning')).toBe(0);
    expect([
      await alert('A1', ALERT_MS),
      await alert('A2', ALERT_MS + 1),
      await alert('A3', ALERT_MS + 2 * MINUTE_MS),
    ]).toEqual([1, 0, 1]);
  });

  it('keeps no more than it may, the newest last, and nothing that is half written counts', async () => {
    for (const [index, id] of ['A', 'B', 'C'].entries()) {
      await alert(id, ALERT_MS + index * 10 * MINUTE_MS);
      await round(ALERT_MS + (index * 10 + 1) * MINUTE_MS);
    }
    writeFileSync(join(pathsOf(config).flights, '.20000101T000000Z-X.jsonl.gz'), '');
    const names = (await recordingsIn(pathsOf(config).flights)).map(({ path }) => path.slice(-'B.jsonl.gz'.length));
    expect(names).toEqual(['B.jsonl.gz', 'C.jsonl.gz']);
  });

  it('is switched off by keeping no files', async () => {
    config.flight.maxFiles = 0;
    expect(await alert('A', ALERT_MS)).toBe(0);
  });
});
