import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readResults } from '../../../src/lib/dream/results.js';
import { temporaryFolder } from '../../helpers/temporary-folders.js';
import { result } from './results.js';

function write(lab: string, folder: string, text: string): void {
  mkdirSync(join(lab, folder), { recursive: true });
  writeFileSync(join(lab, folder, 'result.json'), text);
}

describe('results of cycles', () => {
  it('are read newest first, and what is none of them is passed over', async () => {
    const lab = temporaryFolder();
    write(lab, 'dream_1', JSON.stringify(result('dream_1', '2026-01-01T00:00:01.000Z')));
    write(lab, 'dream_2', JSON.stringify(result('dream_2', '2026-01-02T00:00:01.000Z')));
    write(lab, 'torn', '{"cycle_id":');
    write(lab, 'foreign', '{"best": 1}');
    mkdirSync(join(lab, 'promotions'));
    writeFileSync(join(lab, 'notes.txt'), '');
    expect((await readResults(lab)).map(({ cycle_id }) => cycle_id)).toEqual(['dream_2', 'dream_1']);
  });

  it('are none in a home that never dreamt', async () => {
    expect(await readResults(join(temporaryFolder(), 'dream_lab'))).toEqual([]);
  });
});
