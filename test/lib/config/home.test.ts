import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { adoptHome, lookAtHome, settleHome } from '../../../src/lib/config/home.js';
import { makeHome } from '../../../src/lib/config/make-home.js';
import { removeTemporaryFolders, temporaryFolder } from '../../helpers/temporary-folders.js';

const MOST_TRIES = 10_000;

afterAll(removeTemporaryFolders);

function newHome(): string {
  const home = join(temporaryFolder(), 'home');
  mkdirSync(home);
  return home;
}

describe('a home that is made', () => {
  it('is open to its user alone, and one that is there keeps its mode', () => {
    const home = join(temporaryFolder(), 'home');
    const mode = () => statSync(home).mode & 0o777;
    makeHome(home);
    expect(mode()).toBe(0o700);
    chmodSync(home, 0o711);
    makeHome(home);
    expect(mode()).toBe(0o711);
  });
});

describe('the home that a folder is', () => {
  it('is made once, stays the same, and leaves nothing but its file', () => {
    const home = newHome();
    expect(lookAtHome(home)).toBeUndefined();
    expect(readdirSync(home)).toEqual([]);
    const made = settleHome(home);
    expect(made).toMatchObject({ path: home, original: null, adopted: true });
    expect(settleHome(home).id).toBe(made.id);
    expect(readdirSync(home)).toEqual(['home.json']);
  });

  it('is another one where its files were copied, which names the original and is not adopted', () => {
    const home = newHome();
    const { id } = settleHome(home);
    const copy = `${home}-copy`;
    cpSync(home, copy, { recursive: true, preserveTimestamps: true });
    const seen = lookAtHome(copy);
    expect(seen).toMatchObject({ original: { id, path: home }, adopted: false });
    expect(readFileSync(join(copy, 'home.json'), 'utf8')).toContain(id);
    expect(settleHome(copy)).toEqual(seen);
    expect(settleHome(copy)).toEqual(seen);
    expect(settleHome(home).id).toBe(id);
    expect(seen?.id).not.toBe(id);
  });

  it('is the same where the folder was renamed', () => {
    const home = newHome();
    const { id } = settleHome(home);
    renameSync(home, `${home}-renamed`);
    expect(settleHome(`${home}-renamed`)).toMatchObject({ id, path: `${home}-renamed`, adopted: true });
  });

  it('is another one where a backup was put back into its place, which may have the same inode', ({ skip }) => {
    const home = newHome();
    const { id } = settleHome(home);
    // A folder that is new has been changed when it was made; then nobody sees whether its birth is kept.
    const isKnown = () => settleHome(home).place.birth !== null;
    for (let tries = 0; tries < MOST_TRIES && !isKnown(); tries += 1) writeFileSync(join(home, 'file'), `${tries}`);
    skip(!isKnown(), 'this file system keeps no time of birth');
    const backup = `${home}-backup`;
    cpSync(home, backup, { recursive: true });
    rmSync(home, { recursive: true });
    mkdirSync(home);
    cpSync(backup, home, { recursive: true });
    expect(settleHome(home)).toMatchObject({ original: { id }, adopted: false });
  });

  it('is this machine’s once it is adopted, and its copy is not', () => {
    const home = newHome();
    settleHome(home);
    const copy = `${home}-copy`;
    cpSync(home, copy, { recursive: true });
    const { id } = adoptHome(copy);
    expect(settleHome(copy)).toMatchObject({ id, adopted: true });
    cpSync(copy, `${copy}-2`, { recursive: true });
    expect(settleHome(`${copy}-2`)).toMatchObject({ original: { id, path: copy }, adopted: false });
  });

  it('is an error that names the file where that cannot be read', () => {
    const home = newHome();
    writeFileSync(join(home, 'home.json'), '{"id": 1');
    expect(() => settleHome(home)).toThrow(expect.objectContaining({ code: 'HOME_UNREADABLE' }));
    expect(existsSync(join(home, 'home.json'))).toBe(true);
  });
});
