import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  lstatSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/lib/capabilities/decide.js';
import { integrateModule, type IntegrationPlaces } from '../../../src/lib/capabilities/integrate.js';
import { readRegistry } from '../../../src/lib/capabilities/registry.js';
import { undoIntegration } from '../../../src/lib/capabilities/undo.js';
import { openUndoJournal, type UndoRecord } from '../../../src/lib/capabilities/undo-journal.js';
import { makeSmallDisk, whyNoSmallDisk } from '../../helpers/small-disk.js';

const OLD = '# mine\nvoice: # keep\n  module: src.voice\n  extra: &x 1\n';
const FIRST_MS = Date.UTC(2025, 10, 15, 10, 30);
const LATER_MS = FIRST_MS + 60_000;

let base: string;
let places: IntegrationPlaces;
let finding: Finding;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'kloros-integrate-')));
  const root = join(base, 'src');
  mkdirSync(join(root, 'audio'), { recursive: true });
  writeFileSync(join(root, 'audio', 'mic.py'), 'x = 1\n');
  places = { registryPath: join(base, 'capabilities.yaml'), backups: join(base, 'backups'), sourceRoots: [root] };
  writeFileSync(places.registryPath, OLD);
  finding = {
    investigationId: 'inv.1',
    hypothesis: 'UNDISCOVERED_MODULE_audio',
    succeeded: true,
    path: join(root, 'audio'),
    purpose: 'Reads audio',
    capabilities: ['record audio'],
  };
});

const registry = () => readFileSync(places.registryPath, 'utf8');
const noDisk = whyNoSmallDisk();
if (noDisk !== undefined) console.warn(`Skipped: ${noDisk}`);
const init = () => join(places.sourceRoots[0]!, 'audio', '__init__.py');

async function integrate(nowMs = FIRST_MS, causeId = 'sig-1'): Promise<UndoRecord> {
  const outcome = await integrateModule({ causeId, finding, nowMs }, places);
  if (outcome.kind !== 'integrated') throw new Error(JSON.stringify(outcome));
  return outcome.record;
}

describe('integrating a module', () => {
  it('adds the entry, the __init__.py, the backup and the undo record', async () => {
    const record = await integrate();
    expect(registry().startsWith(OLD)).toBe(true);
    expect((await readRegistry(places.registryPath)).entries.at(-1)).toMatchObject({
      name: 'audio',
      module: 'src.audio',
      autoDiscovered: true,
      discoveredAt: '2025-11-15T10:30:00.000Z',
      pyFiles: 2,
      investigationId: 'inv.1',
    });
    expect(readFileSync(init(), 'utf8')).toContain('kloros');
    expect(readFileSync(record.backup!, 'utf8')).toBe(OLD);
    expect(await openUndoJournal(places.backups).find('sig-1')).toEqual(record);
  });

  it('creates a registry that is missing, with a header', async () => {
    rmSync(places.registryPath);
    expect((await integrate()).backup).toBeNull();
    expect(registry()).toMatch(/^# Capabilities of this colony/);
  });

  it('never creates an __init__.py in a TypeScript module', async () => {
    rmSync(join(finding.path, 'mic.py'));
    writeFileSync(join(finding.path, 'index.ts'), 'export {};\n');
    expect((await integrate()).init_file).toBeNull();
    expect(existsSync(init())).toBe(false);
  });

  it('leaves an __init__.py that is there as it is', async () => {
    writeFileSync(init(), '# mine\n');
    expect((await integrate()).init_file).toBeNull();
    expect(readFileSync(init(), 'utf8')).toBe('# mine\n');
  });

  it('writes through a registry that is a symlink and leaves the link a link', async () => {
    const real = join(base, 'elsewhere.yaml');
    writeFileSync(real, OLD);
    rmSync(places.registryPath);
    symlinkSync(real, places.registryPath);
    await integrate();
    expect(lstatSync(places.registryPath).isSymbolicLink()).toBe(true);
    expect(readFileSync(real, 'utf8')).toContain('audio:');
  });

  it.skipIf(noDisk !== undefined)(
    'is refused by a read-only mount of sources, and tried again on a read-only disk',
    async () => {
      const disk = makeSmallDisk(1);
      const sources = join(disk.folder, 'audio');
      mkdirSync(sources);
      mkdirSync(join(disk.folder, 'backups'));
      writeFileSync(join(sources, 'mic.py'), 'x = 1\n');
      finding = { ...finding, path: sources };
      const request = { causeId: 'sig-1', finding, nowMs: FIRST_MS };
      const onMount = { ...places, sourceRoots: [disk.folder] };
      const onDisk = { ...onMount, backups: join(disk.folder, 'backups') };
      try {
        disk.readOnly(true);
        expect(await integrateModule(request, onMount)).toMatchObject({
          kind: 'failed',
          errorType: 'PermissionDenied',
        });
        await expect(integrateModule(request, onDisk)).rejects.toMatchObject({ code: 'EROFS' });
        expect(registry()).toBe(OLD);
        disk.readOnly(false);
        expect(await integrateModule(request, onDisk)).toMatchObject({ kind: 'integrated' });
      } finally {
        disk.end();
      }
    },
  );

  it('has one entry when two signals ask for one module at once', async () => {
    const outcomes = await Promise.all(
      ['a', 'b', 'c'].map((causeId) => integrateModule({ causeId, finding, nowMs: FIRST_MS }, places)),
    );
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['integrated', 'not-applicable', 'not-applicable']);
    expect(registry().match(/^audio:/gm)).toHaveLength(1);
  });

  it('keeps all entries when different modules are integrated at once', async () => {
    const names = ['one', 'two', 'three', 'four'];
    for (const name of names) mkdirSync(join(dirname(finding.path), name));
    await Promise.all(
      names.map((name) => {
        const other = {
          ...finding,
          hypothesis: `UNDISCOVERED_MODULE_${name}`,
          path: join(dirname(finding.path), name),
        };
        return integrateModule({ causeId: name, finding: other, nowMs: FIRST_MS }, places);
      }),
    );
    const { entries } = await readRegistry(places.registryPath);
    expect(entries.map((entry) => entry.name).sort()).toEqual([...names, 'voice'].sort());
  });
});

describe('a rerun after a crash', () => {
  const steps = ['nothing done', 'planned', 'backup written', '__init__.py created', 'registry written', 'done'];

  it.each(steps.map((name, step) => ({ name, step })))('gives the same outcome: $name', async ({ step }) => {
    const whole = await integrate();
    const [after, initText] = [registry(), readFileSync(init(), 'utf8')];
    rmSync(places.backups, { recursive: true });
    rmSync(init());
    writeFileSync(places.registryPath, OLD);
    const journal = openUndoJournal(places.backups);
    const effects = [
      () => journal.append({ ...whole, stage: 'planned' }),
      async () => writeFileSync(whole.backup!, OLD),
      async () => writeFileSync(init(), initText),
      async () => writeFileSync(places.registryPath, after),
      () => journal.append(whole),
    ];
    for (const effect of effects.slice(0, step)) await effect();
    const again = await integrate(step === 0 ? FIRST_MS : LATER_MS);
    expect({ ...again, at: '' }).toEqual({ ...whole, at: '' });
    expect(registry()).toBe(after);
    expect(readFileSync(init(), 'utf8')).toBe(initText);
  });

  it('adds no second entry when people edited the registry between crash and rerun', async () => {
    const whole = await integrate();
    rmSync(join(places.backups, 'undo.jsonl'));
    await openUndoJournal(places.backups).append({ ...whole, stage: 'planned' });
    writeFileSync(places.registryPath, `${registry()}# a note\n`);
    expect((await integrate(LATER_MS)).integrated_at).toBe(whole.integrated_at);
    expect(registry().match(/^audio:/gm)).toHaveLength(1);
  });
});

describe('undoing an integration', () => {
  it('restores the registry byte for byte and removes the __init__.py', async () => {
    const record = await integrate();
    expect(await undoIntegration(record, places.backups, LATER_MS)).toEqual({
      registry: 'restored',
      initFile: 'removed',
    });
    expect(registry()).toBe(OLD);
    expect(existsSync(init())).toBe(false);
  });

  it('removes the registry that it had created', async () => {
    rmSync(places.registryPath);
    await undoIntegration(await integrate(), places.backups, LATER_MS);
    expect(existsSync(places.registryPath)).toBe(false);
  });

  it('removes just the entry when the file has changed since', async () => {
    const record = await integrate();
    writeFileSync(places.registryPath, `# new head\n${registry()}later:\n  module: src.later\n`);
    expect((await undoIntegration(record, places.backups, LATER_MS)).registry).toBe('removed');
    expect(registry()).toBe(`# new head\n${OLD}later:\n  module: src.later\n`);
  });

  it('refuses, and touches nothing, when the entry itself was edited', async () => {
    const record = await integrate();
    const edited = registry().replace('description: Reads audio', 'description: My own words');
    writeFileSync(places.registryPath, edited);
    await expect(undoIntegration(record, places.backups, LATER_MS)).rejects.toMatchObject({ code: 'UNDO_CONFLICT' });
    expect(registry()).toBe(edited);
    expect(existsSync(init())).toBe(true);
  });

  it('keeps an __init__.py that somebody has written into since', async () => {
    const record = await integrate();
    writeFileSync(init(), 'VERSION = 1\n');
    expect((await undoIntegration(record, places.backups, LATER_MS)).initFile).toBe('kept');
    expect(existsSync(init())).toBe(true);
  });

  it('lets the module be integrated again afterwards', async () => {
    await undoIntegration(await integrate(), places.backups, LATER_MS);
    expect((await integrate(LATER_MS)).integrated_at).toBe('2025-11-15T10:31:00.000Z');
  });
});
