import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { capabilityIntegrator } from '../../src/daemons/capability-integrator.js';
import type { Config } from '../../src/lib/config/schema.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import { openInvestigationStore, type InvestigationStore } from '../../src/lib/investigation/store.js';
import { checkFacts } from '../../src/lib/signals/facts.js';
import { completionOf, freshConfig, NOW_MS, recordOf, surroundings } from './surroundings.js';

let config: Config;
let store: InvestigationStore;
let root: string;

beforeEach(() => {
  config = freshConfig();
  root = config.sourceRoots[0]!;
  store = openInvestigationStore(pathsOf(config));
});
afterEach(() => store.close());

async function handle(fields: Record<string, unknown> & { id: string }) {
  const record = await store.append(recordOf(fields));
  const world = surroundings(config);
  const said = world.keep(
    await capabilityIntegrator.handle!(completionOf(record, `s-${fields.id}`), world.attempt, store),
  );
  for (const draft of said.signals ?? []) checkFacts(draft.signal, draft.facts);
  return { said, lines: world.lines };
}

function pythonModule(name: string): string {
  mkdirSync(join(root, name));
  writeFileSync(join(root, name, 'mic.py'), 'def record(): pass\n');
  return join(root, name);
}

describe('capability_integrator_daemon', () => {
  it('registers a discovered module and says so in the document’s facts', async () => {
    const { said } = await handle({ id: 'a', module_dir: pythonModule('audio') });
    expect(said.signals).toEqual([
      {
        signal: 'Q_MODULE_INTEGRATED',
        facts: {
          module_name: 'audio',
          module_path: 'src.audio',
          capabilities_added: ['record audio', 'extract audio features'],
          init_created: true,
          capability_key: 'audio',
          integrated_at: new Date(NOW_MS).toISOString(),
          investigation_timestamp: '20251115_102900_a',
        },
      },
    ]);
    expect(parse(readFileSync(config.capabilitiesPath, 'utf8'))).toMatchObject({
      audio: { module: 'src.audio', py_files: 2 },
    });
  });

  it('calls a path that does not exist a phantom, in a signal and in a dead letter with the whole signal', async () => {
    const { said } = await handle({ id: 'a', module_dir: join(root, 'ghost'), success: false, status: 'failed' });
    expect(said.signals?.[0]).toMatchObject({
      signal: 'Q_INTEGRATION_FAILED',
      facts: {
        investigation_id: 'discover.module.audio',
        error_type: 'ModuleNotFound',
        error_message: 'Module path does not exist',
        retry_possible: false,
      },
    });
    expect(said.deadLetters?.[0]).toMatchObject({
      key: 'integration:s-a',
      error: 'ModuleNotFound: Module path does not exist',
      signal: { id: 's-a', signal: 'Q_INVESTIGATION_COMPLETE' },
    });
  });

  it('refuses a symlink that leads out of the source roots, with the line that would allow it', async () => {
    const outside = join(config.home, 'elsewhere');
    mkdirSync(outside);
    symlinkSync(outside, join(root, 'audio'));
    const { said } = await handle({ id: 'a', module_dir: join(root, 'audio') });
    expect(said.signals?.[0]?.facts).toMatchObject({
      error_type: 'PathRefused',
      error_message: `${outside} is outside the source roots; KLOROS_SOURCE_ROOTS=${root}:${outside} would allow it`,
    });
  });

  it('publishes no secret that stands in the reason of a refusal', async () => {
    const outside = join(config.home, 'token=hunter2');
    mkdirSync(outside);
    symlinkSync(outside, join(root, 'audio'));
    const { said } = await handle({ id: 'a', module_dir: join(root, 'audio') });
    const facts = said.signals?.[0]?.facts;
    expect(facts).toMatchObject({ error_type: 'PathRefused', reason: facts?.['error_message'] });
    expect(JSON.stringify(facts)).not.toContain('hunter2');
    expect(facts?.['error_message']).toContain('token=[redacted]');
  });

  it('only logs an investigation that discovered no module', async () => {
    const { said, lines } = await handle({ id: 'a', hypothesis: 'SERVICE_FAILURE_x', module_dir: root });
    expect(said).toEqual({});
    expect(lines.join('')).toContain('Not integrated: the hypothesis is SERVICE_FAILURE_x');
  });

  it('logs it too where the answer discovered no module and its record is missing', async () => {
    const world = surroundings(config);
    const signal = completionOf(recordOf({ id: 'lost', hypothesis: 'SERVICE_FAILURE_x' }), 's-lost');
    const said = world.keep(await capabilityIntegrator.handle!(signal, world.attempt, store));
    expect(said).toEqual({});
    expect(world.lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ signal: 's-lost', msg: 'Not integrated: the hypothesis is SERVICE_FAILURE_x' }),
    ]);
  });

  it('leaves a registry that does not parse as it is and names line and column', async () => {
    writeFileSync(config.capabilitiesPath, 'a: 1\nb: [\n');
    const { said } = await handle({ id: 'a', module_dir: pythonModule('audio') });
    expect(said.signals?.[0]?.facts).toMatchObject({ error_type: 'RegistryUnreadable', retry_possible: true });
    expect(said.signals?.[0]?.facts['error_message']).toMatch(/line 3, column 1/);
    expect(readFileSync(config.capabilitiesPath, 'utf8')).toBe('a: 1\nb: [\n');
  });

  it('finds the record of an answer that was given from the record', async () => {
    const record = await store.append(recordOf({ id: 'old', module_dir: pythonModule('audio') }));
    const world = surroundings(config);
    const signal = { ...completionOf(record, 's-2'), cause_id: 'another-cause' };
    const said = world.keep(await capabilityIntegrator.handle!(signal, world.attempt, store));
    expect(said.signals?.[0]?.signal).toBe('Q_MODULE_INTEGRATED');
  });

  it('says that the record is missing when it is', async () => {
    const world = surroundings(config);
    const signal = completionOf(recordOf({ id: 'lost' }), 's-lost');
    const said = world.keep(await capabilityIntegrator.handle!(signal, world.attempt, store));
    expect(said.signals?.[0]?.facts).toMatchObject({ error_type: 'InvestigationNotFound', retry_possible: true });
  });
});
