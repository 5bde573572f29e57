import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { promotionFacts } from '../../../src/lib/promotions/facts.js';
import { scanPromotions } from '../../../src/lib/promotions/promotions.js';
import { checkFacts } from '../../../src/lib/signals/facts.js';

const NOW_MS = Date.UTC(2025, 10, 15, 10, 30);
const HOUR_MS = 3_600_000;

let lab: string;
let folder: string;
beforeEach(() => {
  lab = mkdtempSync(join(tmpdir(), 'kloros-promotions-'));
  folder = join(lab, 'promotions');
});
afterEach(() => rmSync(lab, { recursive: true, force: true }));

/** Puts a file of an age into a folder below the lab. */
function put(path: string, ageHours: number): void {
  const file = join(lab, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, '{}');
  const seconds = (NOW_MS - ageHours * HOUR_MS) / 1_000;
  utimesSync(file, seconds, seconds);
}

describe('promotions', () => {
  it('are none on a fresh home, and nothing is said', async () => {
    const scan = await scanPromotions(folder);
    expect(scan).toEqual({ unacknowledged: [], acknowledgedCount: 0, lastDreamMs: null });
    expect(promotionFacts(scan, folder, NOW_MS)).toBeUndefined();
  });

  it('are told of with their number, their ages and the last dream', async () => {
    put('promotions/new.json', 1);
    put('promotions/old.json', 12);
    put('promotions/acknowledged/earlier.json', 36);
    put('promotions/acknowledged/earliest.json', 60);
    put('promotions/notes.txt', 99);
    const scan = await scanPromotions(folder);
    expect(scan.acknowledgedCount).toBe(2);
    const facts = promotionFacts(scan, folder, NOW_MS);
    expect(facts).toEqual({
      promotion_set: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      promotion_count: 2,
      unacknowledged_count: 2,
      oldest_promotion_age_hours: 12,
      newest_promotion_age_hours: 1,
      last_dream_time: '2025-11-13T22:30:00.000Z',
      promotions_path: folder,
      promotion_files: ['old.json', 'new.json'],
    });
    expect(checkFacts('Q_PROMOTIONS_DETECTED', facts ?? {})).toEqual(facts);
  });

  it('have a null dream time while nothing was ever acknowledged', async () => {
    put('promotions/a.json', 1);
    expect(promotionFacts(await scanPromotions(folder), folder, NOW_MS)).toMatchObject({ last_dream_time: null });
  });

  it('take the newest cycle for the last dream where that is newer', async () => {
    put('promotions/acknowledged/a.json', 36);
    put('cycle_7/result.json', 2);
    expect((await scanPromotions(folder)).lastDreamMs).toBe(NOW_MS - 2 * HOUR_MS);
  });

  it('are never younger than new, also after the clock jumped back', async () => {
    put('promotions/a.json', -5);
    expect(promotionFacts(await scanPromotions(folder), folder, NOW_MS)).toMatchObject({
      oldest_promotion_age_hours: 0,
    });
  });

  it('are counted whole where only some are named', async () => {
    for (let index = 0; index < 150; index += 1) put(`promotions/${index}.json`, 1);
    const facts = promotionFacts(await scanPromotions(folder), folder, NOW_MS);
    expect(facts).toMatchObject({ promotion_count: 150 });
    expect(facts?.promotion_files).toHaveLength(100);
  });

  it('are files, and not folders of that name', async () => {
    mkdirSync(join(folder, 'x.json'), { recursive: true });
    expect((await scanPromotions(folder)).unacknowledged).toEqual([]);
  });
});
