import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pathsOf } from '../../src/lib/config/paths.js';
import { acknowledge } from '../../src/lib/promotions/acknowledge.js';
import { kloros } from '../helpers/cli.js';
import { shop } from '../lib/deployment/shop.js';

let store: Awaited<ReturnType<typeof shop>>;
let home: string;
let promotions: string;
const run = (...args: string[]) =>
  kloros(['undo', ...args], { env: { KLOROS_HOME: home, KLOROS_DEPLOY_ROOT: store.options.deployRoot } });

beforeAll(async () => {
  store = await shop();
  home = join(store.folder, 'home');
  promotions = pathsOf({ home, capabilitiesPath: join(home, 'capabilities.yaml') }).promotions;
  mkdirSync(promotions, { recursive: true });
  writeFileSync(join(promotions, 'a.json'), '{}');
  const outcome = { cycle_id: 'c9', acknowledged_at: '2025-11-15T10:30:00.000Z', winner: 'w5' };
  await acknowledge(promotions, ['a.json'], { ...outcome, fitness_improvement: 0.1 });
  await store.deploy(store.winner('c1', 3));
});

describe('kloros undo of a deployment', () => {
  it('shows first what it will do, does nothing unless it is told, and then does that', async () => {
    const before = store.look();
    const shown = [
      ...['app.yaml', 'app.env', 'app.json'].map((name) => `${join(store.folder, name)} will be as it was before`),
      'c1.w3 goes, and no version is in use',
    ];
    const dry = await run('w3', '--dry-run');
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    for (const step of shown) expect(dry.stdout).toContain(`→ ${step}`);
    const asked = await run('w3');
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('add --yes') as string });
    for (const step of shown) expect(asked.stdout).toContain(`→ ${step}`);
    expect(store.look()).toEqual(before);
    const done = await run('w3', '--yes');
    expect(done.code).toBe(0);
    expect(done.stdout).toContain(`✔ ${join(store.folder, 'app.yaml')} is as it was before, byte for byte`);
    expect(store.look().current).toBeNull();
    expect(store.text('app.yaml')).toContain('level: 1 #');
  });

  it('says of one that was taken back that it was', async () => {
    expect(await run('w3', '--dry-run')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('c1.w3 is not in use') as string,
    });
  });
});

describe('kloros undo of an acknowledgement', () => {
  it('shows first what it will do, does nothing unless it is told, and then does that', async () => {
    const path = join(promotions, 'a.json');
    const kept = () => readdirSync(join(promotions, 'acknowledged'));
    const dry = await run('c9', '--dry-run', '--json');
    expect(JSON.parse(dry.stdout)).toMatchObject({
      status: 0,
      result: { kind: 'acknowledgement', done: false, steps: [`${path} will wait again, as if it were dropped now`] },
    });
    const asked = await run('a.json');
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('add --yes') as string });
    expect(asked.stdout).toContain(`→ ${path} will wait again`);
    expect([existsSync(path), kept().length]).toEqual([false, 2]);
    expect(await run('a.json', '--yes')).toMatchObject({ code: 0, stderr: '' });
    expect([existsSync(path), kept().length]).toEqual([true, 0]);
  });
});
