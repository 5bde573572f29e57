import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathsOf } from '../../../src/lib/config/paths.js';
import type { Config } from '../../../src/lib/config/schema.js';
import { composeIntent } from '../../../src/lib/intents/compose.js';
import { lookAt } from '../../../src/lib/intents/look.js';
import { BUILT_IN_ROUTES } from '../../../src/lib/intents/routes.js';
import { submitIntent } from '../../../src/lib/intents/submit.js';
import { idFromKey } from '../../../src/lib/signals/id.js';
import { removeHome, temporaryConfig } from '../../helpers/colony.js';

let config: Config;
beforeAll(async () => {
  config = await temporaryConfig();
  mkdirSync(join(config.home, 'src', 'audio'), { recursive: true });
  writeFileSync(join(config.home, 'src', 'audio', '__init__.py'), '');
});
afterAll(() => removeHome(config));

const NOW_MS = 1_763_163_600_100;
const submit = (intent: unknown) =>
  submitIntent(typeof intent === 'string' ? intent : JSON.stringify(intent), { config, nowMs: NOW_MS, what: 'It' });

describe('composeIntent', () => {
  it('asks of a path what the module does, with what is seen of it as evidence', async () => {
    const path = join(config.home, 'src', 'audio');
    expect(await composeIntent({ path, evidence: ['age_days:3'] }, NOW_MS)).toEqual({
      type: 'discover.module',
      id: 'discover.module.audio',
      data: { question: 'What does the audio module do?', evidence: [`path:${path}`, 'has_init:true', 'age_days:3'] },
      generated_at: NOW_MS / 1_000,
      emitted_by: 'kloros intent submit',
    });
  });

  it('gives one question one id, and an integer priority as an integer', async () => {
    const first = await composeIntent({ question: 'Why?', priority: '9' }, 1);
    expect(first).toMatchObject({ type: 'curiosity_investigate', priority: 9 });
    expect((await composeIntent({ question: 'Why?', priority: 'high' }, 2))['id']).toBe(first['id']);
    expect((await composeIntent({ question: 'How?' }, 2))['id']).not.toBe(first['id']);
  });

  it('refuses a path that leads nowhere', async () => {
    await expect(composeIntent({ path: '/nowhere/at/all' }, 1)).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
  });
});

describe('submitIntent', () => {
  it('writes the intent under a name as existing writers give it, and foretells the id of its signal', async () => {
    const submitted = await submit({ type: 'reinvestigate', id: 'q1', priority: 9, data: { question: 'Why?' } });
    const { intents, quarantine } = pathsOf(config);
    expect(basename(submitted.file)).toMatch(/^1763163600100_reinvestigate_[0-9a-f]{8}\.json$/);
    expect(readdirSync(intents)).toEqual([basename(submitted.file)]);
    expect(JSON.parse(readFileSync(submitted.file, 'utf8'))).toMatchObject({ id: 'q1' });
    expect(submitted).toMatchObject({ type: 'reinvestigate', question_id: 'q1', priority: 'critical' });
    const look = await lookAt(basename(submitted.file), {
      folder: intents,
      quarantine,
      maxBytes: 1_000,
      table: BUILT_IN_ROUTES,
      config: { ...config, sourceRoots: [] },
    });
    if (look.kind !== 'routed') throw new Error(look.kind);
    const { atMs, key } = look.draft.derivedFrom!;
    expect(submitted.signal_id).toBe(idFromKey(atMs, key));
  });

  it.each([
    ['what is not JSON', '{', 'it is not JSON'],
    ['a type without a route', { type: 'run_scanner' }, 'no route leads from'],
    ['wrong facts', { type: 'reinvestigate', data: {} }, 'question: is missing'],
    ['an unknown priority', { type: 'trigger_dream', priority: 'soonish' }, '"soonish" is no priority'],
    ['a large one', { type: 'trigger_dream', reason: 'x'.repeat(1_048_577) }, 'more than the limit'],
    [
      'a path outside the source roots',
      { type: 'discover.module', id: 'q', data: { question: 'q', evidence: ['path:/etc'] } },
      '/etc is outside the source roots',
    ],
  ])('refuses %s, and writes nothing', async (_what, intent, why) => {
    const before = readdirSync(pathsOf(config).intents);
    await expect(submit(intent)).rejects.toMatchObject({
      code: 'INVALID_INTENT',
      why: expect.stringContaining(why) as string,
    });
    expect(readdirSync(pathsOf(config).intents)).toEqual(before);
  });

  it('makes a harmless name of any type', async () => {
    const routes = { '../../x y': { signal: 'Q_ANY' } };
    const own = { ...config, intents: { ...config.intents, routes } };
    const { file } = await submitIntent('{"type":"../../x y"}', { config: own, nowMs: NOW_MS, what: 'It' });
    expect(file.startsWith(pathsOf(config).intents)).toBe(true);
    expect(basename(file)).toContain('.._.._x_y');
  });
});
