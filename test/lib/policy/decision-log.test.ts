import { appendFileSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DecisionLog } from '../../../src/lib/policy/decision-log.js';
import type { Decision } from '../../../src/lib/policy/decision.js';
import { START_MS, world } from './world.js';

let home: string;
let path: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kloros-policy-'));
  path = join(home, 'policy_decisions.jsonl');
});
afterEach(() => rmSync(home, { recursive: true }));

const DAY_MS = 86_400_000;
const log = (maxBytes = 1_000_000) => new DecisionLog({ path, maxBytes, keepDays: 2 });
const ids = (decisions: readonly Decision[]) => decisions.map(({ id }) => id);

/** Decisions of a colony whose monitor speaks of one set. */
function decided(count: number): Decision[] {
  const colony = world();
  return [...Array(count).keys()].flatMap(() => colony.promotions('set-a').decisions);
}

describe('the log of decisions', () => {
  it('gives back what was decided, the newest first', async () => {
    const decisions = decided(5);
    for (const decision of decisions) await log().append([decision], START_MS);
    expect(await log().newest(3)).toEqual(decisions.reverse().slice(0, 3));
    expect(await log().newest(9, ({ outcome }) => outcome === 'acted')).toHaveLength(1);
  });

  it('is empty where there is no file, nor a folder', async () => {
    expect(await log().newest(3)).toEqual([]);
  });

  it('counts a decision that was written again after a crash once, as it was written last', async () => {
    const [first, second] = decided(2);
    await log().append([first!, second!], START_MS);
    await log().append([{ ...first!, outcome: 'nothing' }], START_MS);
    const decisions = await log().newest(9);
    expect(decisions.map(({ id, outcome }) => [id, outcome])).toEqual([
      [first!.id, 'nothing'],
      [second!.id, 'nothing'],
    ]);
  });

  it('lets a torn line spoil no other', async () => {
    const [first, second] = decided(2);
    await log().append([first!], START_MS);
    appendFileSync(path, '{"id": "to');
    await log().append([second!], START_MS);
    expect(ids(await log().newest(9))).toEqual([second!.id, first!.id]);
  });

  it('is set aside when it is full, is read on, and leaves only by its age, which is told', async () => {
    const decisions = decided(4);
    const small = log(10);
    const turned = [];
    for (const [index, decision] of decisions.entries()) turned.push(await small.append([decision], START_MS + index));
    expect(turned.map(({ full }) => full !== undefined)).toEqual([false, true, true, true]);
    expect(readdirSync(home)).toHaveLength(4);
    expect(ids(await small.newest(9))).toEqual(ids(decisions).reverse());
    const old = turned[1]?.full ?? '';
    utimesSync(old, START_MS / 1000, START_MS / 1000);
    for (const { full } of turned.slice(2)) utimesSync(full!, START_MS / 1000 + 86_400, START_MS / 1000 + 86_400);
    utimesSync(path, START_MS / 1000 + 86_400, START_MS / 1000 + 86_400);
    const last = await small.append(decided(1), START_MS + 2.5 * DAY_MS);
    expect(last.removed).toEqual([old]);
  });

  it('leaves files of others alone', async () => {
    writeFileSync(join(home, 'policy_decisions.notes'), 'mine');
    await log(1).append(decided(2), START_MS);
    await log(1).append(decided(2), START_MS + 99 * DAY_MS);
    expect(readdirSync(home)).toContain('policy_decisions.notes');
  });
});
