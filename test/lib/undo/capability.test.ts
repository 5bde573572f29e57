import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import { initContent } from '../../../src/lib/capabilities/init-file.js';
import { sha256Of } from '../../../src/lib/capabilities/registry.js';
import { openUndoJournal, type UndoRecord } from '../../../src/lib/capabilities/undo-journal.js';
import { capabilityUndo } from '../../../src/lib/undo/capability.js';
import { findUndo } from '../../../src/lib/undo/index.js';

const BEFORE = '# mine\nrouter:\n  module: router\n  enabled: true\n';
const INSERTED = 'audio:\n  module: audio\n  enabled: true\n';

let folder: string;
let record: UndoRecord;
const registry = () => readFileSync(record.registry, 'utf8');
const undo = () => capabilityUndo(join(folder, 'backups'), systemClock);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kloros-undo-'));
  const [path, backup, init] = ['capabilities.yaml', 'backups/before.yaml', 'src/__init__.py'].map((name) =>
    join(folder, name),
  );
  mkdirSync(join(folder, 'backups'));
  mkdirSync(join(folder, 'src'));
  writeFileSync(backup!, BEFORE);
  writeFileSync(path!, BEFORE + INSERTED);
  writeFileSync(init!, initContent('audio', 'S1'));
  record = {
    ...{ id: 'S1', at: '2026-01-31T12:00:00.000Z', stage: 'done', action: 'integrate-module' },
    ...{ investigation_id: 'discover.module.audio', capability_key: 'audio', module: 'src.audio', capabilities: [] },
    ...{ integrated_at: '2026-01-31T12:00:00.000Z', registry: path!, backup: backup!, init_file: init! },
    ...{ sha256_before: sha256Of(BEFORE), sha256_after: sha256Of(BEFORE + INSERTED), inserted: INSERTED },
  };
  await openUndoJournal(join(folder, 'backups')).append(record);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('taking an integration back', () => {
  it.each(['audio', 'src.audio', 'S1', 'discover.module.audio'])(
    'finds it as %s, and shows what it will do',
    async (id) => {
      const step = await findUndo([undo()], [id]);
      expect(step.steps).toEqual([
        `${record.registry} will be as it was before`,
        `${record.init_file} will be removed`,
      ]);
      expect(registry()).toBe(BEFORE + INSERTED);
    },
  );

  it('does what it showed', async () => {
    const step = await findUndo([undo()], ['audio']);
    expect(await step.apply()).toEqual([`${record.registry} is as it was before`, `${record.init_file} was removed`]);
    expect(registry()).toBe(BEFORE);
    await expect(findUndo([undo()], ['audio'])).rejects.toThrow('was taken back before');
  });

  it('removes only its entry where the registry has changed, and keeps a file that somebody has written into', async () => {
    writeFileSync(record.registry, `${BEFORE}${INSERTED}\n# later\ntts:\n  module: tts\n`);
    writeFileSync(record.init_file!, 'import x\n');
    const step = await findUndo([undo()], ['audio']);
    expect(step.steps[0]).toContain('will lose this entry and nothing else');
    expect(step.steps[1]).toContain('stays: somebody has written into it');
    await step.apply();
    expect(registry()).toBe(`${BEFORE}\n# later\ntts:\n  module: tts\n`);
    expect(readFileSync(record.init_file!, 'utf8')).toBe('import x\n');
  });

  it('says before it does anything that an entry which was edited must be removed by hand', async () => {
    writeFileSync(record.registry, BEFORE + INSERTED.replace('true', 'false'));
    await expect(findUndo([undo()], ['audio'])).rejects.toThrow('cannot be taken back by itself');
  });

  it('tries the causes of a signal, and suggests a name that is near', async () => {
    expect((await findUndo([undo()], ['S3', 'S2', 'S1'])).id).toBe('audio');
    await expect(findUndo([undo()], ['audoi'])).rejects.toMatchObject({
      code: 'UNDO_NOT_FOUND',
      why: 'did you mean audio?',
    });
  });
});
