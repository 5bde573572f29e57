import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { writeFileOutside } from '../../../src/lib/base/atomic-file.js';
import { removeTemporaryFolders, temporaryFolder } from '../../helpers/temporary-folders.js';

const umask = process.umask(0o022);
afterEach(() => process.umask(umask));
afterAll(removeTemporaryFolders);

function folderOf(mode: number): string {
  const folder = join(temporaryFolder(), 'folder');
  mkdirSync(folder);
  chmodSync(folder, mode);
  return folder;
}

describe('a file outside of the home, written under the umask of a shared one', () => {
  it.each([
    { folder: 0o755, file: 0o644 },
    { folder: 0o700, file: 0o600 },
    { folder: 0o2770, file: 0o660 },
    { folder: 0o1777, file: 0o664 },
  ])('has mode $file in a folder of $folder', async ({ folder, file }) => {
    const path = join(folderOf(folder), 'new');
    process.umask(0o007);
    await writeFileOutside(path, 'x');
    expect(statSync(path).mode & 0o7777).toBe(file);
  });

  it('keeps the mode it had', async () => {
    const path = join(folderOf(0o755), 'old');
    writeFileSync(path, 'old');
    chmodSync(path, 0o640);
    process.umask(0o077);
    await writeFileOutside(path, 'new');
    expect(statSync(path).mode & 0o7777).toBe(0o640);
  });

  it.runIf(process.getuid?.() === 0)('belongs to whom the folder belongs', async () => {
    const folder = folderOf(0o755);
    chownSync(folder, 65_534, 65_534);
    await writeFileOutside(join(folder, 'new'), 'x');
    expect(statSync(join(folder, 'new'))).toMatchObject({ uid: 65_534, gid: 65_534 });
  });
});
