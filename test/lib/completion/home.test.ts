import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { homeOf } from '../../../src/lib/completion/home.js';
import { loadConfig } from '../../../src/lib/config/load.js';

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(join(tmpdir(), 'kloros-home-'))));
afterEach(() => rmSync(cwd, { recursive: true }));

/** The home for completion, and that of a command: they must be one. */
async function homes(env: Record<string, string>, given: string[] = []) {
  const flag = given.length === 0 ? {} : { home: given.at(-1)?.replace('--home=', '') };
  const { config } = await loadConfig({ env: { ...env, HOME: cwd }, cwd, flags: flag });
  return [homeOf({ env, cwd, userHome: cwd, given }), config.home];
}

describe('the home of completion', () => {
  it.each([
    { env: {}, expected: '.kloros' },
    { env: { KLOROS_HOME: 'here' }, file: 'home: elsewhere', expected: 'here' },
    { env: { KLOROS_HOME: '~/here' }, given: ['--home', 'flagged'], expected: 'flagged' },
    { env: {}, given: ['--home=flagged'], expected: 'flagged' },
    { env: {}, file: 'portBase: 9000\nhome: ./elsewhere # ours\n', expected: 'elsewhere' },
    { env: {}, file: 'home: "~/quoted home"\n', expected: 'quoted home' },
  ])('is that of a command: %j', async ({ env, given, file, expected }) => {
    if (file !== undefined) writeFileSync(join(cwd, 'kloros.yaml'), file);
    expect(await homes(env, given)).toEqual([join(cwd, expected), join(cwd, expected)]);
  });
});
