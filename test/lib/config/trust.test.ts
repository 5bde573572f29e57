import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/lib/config/load.js';
import { removeTemporaryFolders, temporaryFolder } from '../../helpers/temporary-folders.js';

afterAll(removeTemporaryFolders);
const isRoot = process.getuid?.() === 0;
const STRANGER = 65_534;

/** A folder to stand in and a home, each with a file of settings. */
function place() {
  const root = temporaryFolder();
  const [cwd, home] = [join(root, 'cwd'), join(root, 'home')];
  const files = { local: join(cwd, 'kloros.yaml'), own: join(home, 'config.yaml') };
  for (const folder of [cwd, home]) mkdirSync(folder, { mode: 0o755 });
  for (const file of Object.values(files)) writeFileSync(file, 'portBase: 22150\n', { mode: 0o644 });
  const load = async () => loadConfig({ env: { HOME: root, KLOROS_HOME: home }, cwd, etcPath: join(root, 'none') });
  return { cwd, home, ...files, load };
}

describe('kloros.yaml of the folder one stands in', () => {
  it("is obeyed where it and the folder are this user's alone", async () => {
    const { load, local } = place();
    const { origins, warnings } = await load();
    expect(origins['portBase']?.from).toContain(local);
    expect(warnings).toEqual([]);
  });

  it.each([
    {
      who: 'everybody may write it',
      spoil: ({ local }: ReturnType<typeof place>) => {
        chmodSync(local, 0o666);
      },
    },
    {
      who: 'a group may write it',
      spoil: ({ local }: ReturnType<typeof place>) => {
        chmodSync(local, 0o664);
      },
    },
    {
      who: 'everybody may write its folder',
      spoil: ({ cwd }: ReturnType<typeof place>) => {
        chmodSync(cwd, 0o1777);
      },
    },
  ])('is ignored with a warning where $who', async ({ spoil }) => {
    const at = place();
    spoil(at);
    const { origins, warnings } = await at.load();
    expect(origins['portBase']?.from).toContain(at.own);
    expect(warnings.join()).toMatch(/kloros\.yaml is ignored: .*may write/);
  });

  it.runIf(isRoot)('is ignored where another user owns it, also behind a link', async () => {
    const at = place();
    const other = place();
    chownSync(other.local, STRANGER, STRANGER);
    expect((await other.load()).warnings.join()).toContain('belongs to another user (65534)');
    chmodSync(at.local, 0o644);
    const linked = place();
    writeFileSync(join(linked.cwd, 'x'), '');
    chownSync(at.cwd, STRANGER, STRANGER);
    symlinkSync(at.local, join(linked.cwd, 'link'));
    const { whyStranger } = await import('../../../src/lib/config/trust.js');
    expect(await whyStranger(join(linked.cwd, 'link'))).toContain(`${at.cwd} belongs to another user`);
  });
});

describe('config.yaml of the home', () => {
  it('is refused where everybody may write it', async () => {
    const { own, load } = place();
    chmodSync(own, 0o646);
    await expect(load()).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      why: expect.stringContaining('everybody may write') as string,
    });
  });

  it.runIf(isRoot)('is refused where a stranger owns it, and obeyed where he owns the home too', async () => {
    const { own, home, load } = place();
    chownSync(own, STRANGER, STRANGER);
    await expect(load()).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
    chownSync(home, STRANGER, STRANGER);
    await load();
  });

  it.runIf(isRoot)('may be written by the group that shares the home, and by no other', async () => {
    const { own, home, load } = place();
    chownSync(home, 0, STRANGER);
    chmodSync(home, 0o2770);
    chownSync(own, 0, STRANGER);
    chmodSync(own, 0o660);
    await load();
    chownSync(own, 0, STRANGER - 1);
    await expect(load()).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
  });
});
