import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchFile, type FileWatch } from '../../../src/lib/base/file-watch.js';
import { until } from '../../helpers/colony.js';

describe('a watched file', () => {
  let folder: string;
  let path: string;
  let watch: FileWatch;
  let changes: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kloros-watch-'));
    path = join(folder, 'registry.yaml');
    changes = 0;
    watch = watchFile(path, () => (changes += 1));
  });
  afterEach(async () => {
    await watch.close();
    rmSync(folder, { recursive: true });
  });

  /** The watch begins a moment after it was asked for: what is written until it is heard is written anew. */
  async function heardAfter(write: (text: string) => void): Promise<void> {
    const before = changes;
    let text = 0;
    await until('the change is heard', () => {
      if (text % 20 === 0) write(String(text));
      text += 1;
      return changes > before;
    });
  }

  it('is heard of when it appears, is written over, and is replaced by a rename', async () => {
    await heardAfter((text) => writeFileSync(path, text));
    await heardAfter((text) => writeFileSync(path, `again ${text}`));
    await heardAfter((text) => {
      writeFileSync(`${path}.new`, `renamed ${text}`);
      renameSync(`${path}.new`, path);
    });
    expect(changes).toBeGreaterThanOrEqual(3);
  });
});
