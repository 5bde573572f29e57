import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SourceBatch, SourceEnv } from '../../../src/lib/runtime/define-daemon.js';
import { inRounds, type Looks, type Rounds } from '../../../src/lib/runtime/rounds.js';
import { freshConfig, surroundings } from '../../daemons/surroundings.js';

const HOUR_MS = 3_600_000;

let folder: string;
let stop: AbortController;
let nowMs: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kloros-rounds-'));
  stop = new AbortController();
  nowMs = 0;
});
afterEach(() => {
  stop.abort();
  rmSync(folder, { recursive: true });
});

/** A look that keeps its own name. */
const keeps = (key: string): Looks => ({ [key]: async () => ({ signals: [], state: [{ key, value: 1 }] }) });
const nothing: Looks = { nothing: async () => ({ signals: [], state: [] }) };

/** Keys of the next batches. */
function begin(more: Partial<Rounds>, env: Partial<SourceEnv> = {}) {
  const config = freshConfig();
  const { attempt, lines } = surroundings(config);
  rmSync(join(config.home, '..'), { recursive: true });
  const rounds: Rounds = {
    intervalMs: 1,
    round: [keeps('round')],
    editedPath: join(folder, 'edited.yaml'),
    edits: keeps('edit'),
    anew: () => ({ signals: [], state: [{ key: 'anew', value: 1 }] }),
    ...more,
  };
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const batches = inRounds(rounds, { ...attempt, clock, ...env }, stop.signal);
  const next = async () => {
    const { value } = (await batches.next()) as { value: SourceBatch | undefined };
    return value?.state?.map(({ key }) => key);
  };
  return { next, lines };
}

it('lets the next part of a round look when what the one before said is committed', async () => {
  const committed: string[] = [];
  const second: Looks = { second: async () => ({ signals: [], state: [{ key: committed.join(), value: 1 }] }) };
  const { next } = begin({ round: [keeps('first'), nothing, second] });
  committed.push(...((await next()) ?? []));
  expect(await next()).toEqual(['first']);
  expect(await next()).toEqual(['first']); // The next round has begun.
});

it('looks at an edit between two rounds, and at no more than that', async () => {
  const { next } = begin({ intervalMs: HOUR_MS });
  await next();
  const edit = next();
  // The watch begins a moment after the rounds: what is saved until it is heard is saved anew.
  const saving = setInterval(() => writeFileSync(join(folder, 'edited.yaml'), String(Math.random())), 50);
  expect(await edit).toEqual(['edit']);
  clearInterval(saving);
});

it('does not let edits without end keep a round waiting', async () => {
  const { next } = begin({ intervalMs: HOUR_MS, edits: nothing });
  await next();
  const round = next();
  const saving = setInterval(() => {
    writeFileSync(join(folder, 'edited.yaml'), String((nowMs += HOUR_MS / 4)));
  }, 50);
  expect(await round).toEqual(['round']);
  clearInterval(saving);
});

it('begins anew when it was held back, and not when it only asked whether it may speak', async () => {
  let heldMs = 0;
  const ready = async () => void (nowMs += heldMs);
  const { next } = begin({}, { ready });
  expect([await next(), await next()]).toEqual([['round'], ['round']]);
  heldMs = 5_000;
  expect([await next(), await next()]).toEqual([['anew'], ['round']]);
});

it('tells of a look that fails, and lets the others of its part speak', async () => {
  const broken: Looks = { registry: () => Promise.reject(new Error('torn')), ...keeps('others') };
  const { next, lines } = begin({ round: [broken] });
  expect(await next()).toEqual(['others']);
  expect(lines.join()).toContain('The registry could not be looked at; the next round tries again');
});

it('ends in the middle of a rest', async () => {
  const { next } = begin({ intervalMs: HOUR_MS });
  await next();
  const last = next();
  stop.abort();
  expect(await last).toBeUndefined();
});
