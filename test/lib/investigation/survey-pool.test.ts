import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSurveyPool, type SurveyPool } from '../../../src/lib/investigation/survey-pool.js';
import { until } from '../../helpers/colony.js';
import { temporaryFolder, writeTree } from './tree.js';

let folder: string;
let pool: SurveyPool;

beforeAll(() => {
  folder = temporaryFolder();
  pool = openSurveyPool(1);
});
afterAll(async () => {
  await pool.close();
  rmSync(folder, { recursive: true });
});

function request(module: string) {
  const cachePath = join(folder, `${module}-cache`, 'facts.db');
  const limits = { maxFiles: 100, maxFileBytes: 4_000_000 };
  return { module: join(folder, module), root: join(folder, module), roots: [folder], limits, cachePath };
}

it('ends the thread of a survey that is given up, so that the slot is free at once', async () => {
  writeTree(folder, { 'endless/a.py': `x = ${'('.repeat(3_000_000)}`, 'short/a.py': 'def a(): pass\n' });
  const stop = new AbortController();
  const endless = pool.survey(request('endless'), stop.signal);
  await until('the survey has begun', () => existsSync(request('endless').cachePath));
  stop.abort();
  await expect(endless).rejects.toMatchObject({ name: 'AbortError' });
  const short = await pool.survey(request('short'), new AbortController().signal);
  expect(short.files.map(({ path }) => path)).toEqual(['a.py']);
});

it('survives code that is nested deeper than a usual stack is', async () => {
  const deep = {
    'deep/brackets.ts': `x = ${'['.repeat(60_000)}`,
    'deep/arrows.ts': `x = ${'a=>'.repeat(40_000)}1`,
    'deep/else.js': `${'if(a){}else '.repeat(12_000)};`,
    'deep/types.ts': `type A = ${'B<'.repeat(40_000)}1`,
    'deep/words.js': `${'new '.repeat(90_000)}x`,
    'deep/plus.js': `x = ${'1+'.repeat(90_000)}1`,
  };
  writeTree(folder, deep);
  const { files } = await pool.survey(request('deep'), new AbortController().signal);
  expect(files).toHaveLength(Object.keys(deep).length);
});

it('says when maxFiles ends it, and names what it did not read', async () => {
  writeTree(folder, Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`many/${name}.py`, ''])));
  const limits = { maxFiles: 2, maxFileBytes: 1_000 };
  const survey = await pool.survey({ ...request('many'), limits }, new AbortController().signal);
  expect(survey.files.map(({ path }) => path)).toEqual(['a.py', 'b.py']);
  expect(survey.skipped[0]).toMatchObject({ path: 'c.py', reason: expect.stringMatching(/maxFiles \(2\)/) as string });
  expect(survey.rootComplete).toBe(false);
});
