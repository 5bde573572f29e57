import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PoliciesFile } from '../../../src/lib/policy/policies-file.js';
import { START_MS } from './world.js';

let home: string;
let path: string;
let state: Record<string, unknown>;
let edits: number;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kloros-policies-'));
  path = join(home, 'policies.yaml');
  state = {};
  edits = 0;
});
afterEach(() => rmSync(home, { recursive: true }));

const GOOD =
  'rules:\n  - {name: mine, hears: Q_HEALTH_ALERT, say: Q_CURIOSITY_INVESTIGATE, with: {question: x, question_id: y, priority: low, evidence: []}}\n';
const BAD = 'rules: [';
const open = () => new PoliciesFile({ path, alsoSays: [] }, state);
const names = (file: PoliciesFile) => file.current.rules.map(({ name }) => name);

/** Each edit has a time of its own, also on a file system whose clock is coarse. */
function edit(text: string): void {
  writeFileSync(path, text);
  edits += 1;
  utimesSync(path, START_MS / 1000 + edits, START_MS / 1000 + edits);
}

/** What is said, and remembered as the journal does. */
function news(file: PoliciesFile, nowMs = START_MS + 60_000) {
  const { alerts, state: changes, words } = file.news(state, nowMs);
  for (const { key, value } of changes) {
    if (value === null) Reflect.deleteProperty(state, key);
    else state[key] = value;
  }
  return { alerts, words };
}

describe('policies.yaml on the disk', () => {
  it('need not be there', async () => {
    const file = open();
    await file.refresh();
    expect(names(file)).toHaveLength(2);
    expect(news(file)).toEqual({ alerts: [], words: undefined });
  });

  it('is in force from the next decision on, when it appears, changes and leaves', async () => {
    const file = open();
    await file.refresh();
    edit(GOOD);
    expect((await file.refresh()).rules).toHaveLength(3);
    edit('rules: []');
    expect((await file.refresh()).rules).toHaveLength(2);
    edit(GOOD);
    await file.refresh();
    rmSync(path);
    expect((await file.refresh()).version).toBe('built-in');
  });

  it('that is wrong is refused, with one alert, and the rules before it stay', async () => {
    const file = open();
    edit(GOOD);
    await file.refresh();
    news(file);
    edit(BAD);
    await file.refresh();
    expect(names(file)).toContain('mine');
    const first = news(file);
    expect(first.alerts).toMatchObject([{ alert_type: 'policies_invalid', recommended_action: 'mend_policies_yaml' }]);
    expect(first.alerts[0]?.metric_value).toContain('policies.yaml:1');
    expect(news(file).alerts).toEqual([]);
    edit(`${BAD} `);
    await file.refresh();
    expect(news(file).alerts).toHaveLength(1);
  });

  it('that is wrong at a start is refused as well: the rules that were accepted last are in the state', async () => {
    const before = open();
    edit(GOOD);
    await before.refresh();
    news(before);
    edit(BAD);
    const after = open();
    await after.refresh();
    expect(names(after)).toContain('mine');
    expect(after.refusal?.error.code).toBe('INVALID_POLICIES');
  });

  it('that is mended is in force, and the next bad edit is told of again', async () => {
    const file = open();
    for (const text of [BAD, GOOD, BAD]) {
      edit(text);
      await file.refresh();
      expect(news(file).alerts).toHaveLength(text === BAD ? 1 : 0);
    }
  });

  it('that is being written is no error before it has been still for a second', async () => {
    const file = open();
    edit(BAD);
    await file.refresh();
    expect(news(file, START_MS + 1_500).alerts).toEqual([]);
    expect(news(file, START_MS + 2_500).alerts).toHaveLength(1);
  });

  it('that cannot be read is refused like any other', async () => {
    const file = open();
    mkdirSync(path);
    await file.refresh();
    expect(names(file)).toHaveLength(2);
    expect(news(file).alerts[0]?.metric_value).toContain('cannot be read');
  });
});
