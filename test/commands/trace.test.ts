import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import Trace from '../../src/commands/trace.js';
import Undo from '../../src/commands/undo.js';
import { capabilityIntegrator } from '../../src/daemons/capability-integrator.js';
import { intentRouter } from '../../src/daemons/intent-router.js';
import { investigationConsumer } from '../../src/daemons/investigation-consumer.js';
import type { Config } from '../../src/lib/config/schema.js';
import { kloros } from '../helpers/cli.js';
import { until } from '../helpers/colony.js';
import { examplesOf } from '../helpers/examples.js';
import { startColony, type TestColony } from '../helpers/run.js';

const HOOK_LIMIT_MS = 180_000;
const SOURCES = fileURLToPath(new URL('../fixtures/investigation/src', import.meta.url));

let colony: TestColony;
let config: Config;
let env: Record<string, string>;
const run = (...args: string[]) => kloros(args, { env });

beforeAll(async () => {
  const root = mkdtempSync(join(tmpdir(), 'kloros-code-'));
  cpSync(SOURCES, root, { recursive: true });
  colony = await startColony({ sourceRoots: [root] });
  config = colony.config;
  env = { KLOROS_HOME: config.home, KLOROS_PORT_BASE: String(config.portBase), KLOROS_SOURCE_ROOTS: root };
  for (const daemon of [intentRouter, investigationConsumer, capabilityIntegrator]) await colony.start(daemon);
  await run('intent', 'submit', '--path', join(root, 'audio'));
  const integrated = () => colony.bus.browse({ signals: ['Q_MODULE_INTEGRATED'] });
  await until('the module is registered', async () => (await integrated()).length > 0, HOOK_LIMIT_MS);
}, HOOK_LIMIT_MS);
afterAll(async () => {
  await colony.end();
  for (const root of config.sourceRoots) rmSync(root, { recursive: true });
}, HOOK_LIMIT_MS);

describe('kloros trace', () => {
  it('prints the chain from the intent to the entry of the registry', async () => {
    const { code, stdout } = await run('trace', 'discover.module.audio');
    expect(code).toBe(0);
    for (const part of ['intent ', 'Q_CURIOSITY_INVESTIGATE', 'Q_INVESTIGATION_COMPLETE', 'Q_MODULE_INTEGRATED'])
      expect(stdout).toContain(part);
    expect(stdout).toContain(`touched ${config.capabilitiesPath} (entry audio; take it back: kloros undo `);
  });

  it('is one document for programs', async () => {
    const { stdout } = await run('trace', 'audio', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ status: 0, result: { subject: { kind: 'capability' }, missing: [] } });
  });

  it('suggests what to do about an id that nobody knows', async () => {
    const { code, stderr } = await run('trace', 'nobody');
    expect(code).toBe(3);
    expect(stderr).toContain('Nothing is known of "nobody"');
  });

  it.each(examplesOf(Trace))('runs its example %s', async (example) => {
    expect(await run(...example.split(' | ')[0]!.split(' '))).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('kloros undo', () => {
  const registry = () => readFileSync(config.capabilitiesPath, 'utf8');

  it('shows what it will do, and does nothing unless it is told', async () => {
    const before = registry();
    const dry = await run('undo', 'audio', '--dry-run');
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toContain(`→ ${config.capabilitiesPath} will be as it was before`);
    expect(await run('undo', 'audio')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('add --yes') as string,
    });
    expect(registry()).toBe(before);
  });

  it.each(['audoi', 'x'])('does not know %s', async (id) => {
    expect(await run('undo', id, '--yes')).toMatchObject({ code: 3, stdout: '' });
  });

  it.each(examplesOf(Undo))('runs its example %s', async (example) => {
    expect(await run(...example.split(' '))).toMatchObject({ code: 0, stderr: '' });
  });

  it('has taken it back, says so ever after, and lists nothing any more', async () => {
    expect(existsSync(config.capabilitiesPath)).toBe(false);
    expect(await run('undo', 'audio', '--yes')).toMatchObject({ code: 1 });
    expect((await run('trace', 'audio')).stdout).toContain('(entry audio; taken back since)');
    expect(await run('undo', '--list', '--json')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"result": []') as string,
    });
  });

  it('needs to be told what', async () => {
    expect(await run('undo')).toMatchObject({ code: 2 });
  });
});
