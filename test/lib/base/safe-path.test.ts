import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileName, insideRoot, isBelow, isFileName, pathBelow } from '../../../src/lib/base/safe-path.js';
import fc from '../../helpers/property.js';

const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 5 }),
      fc.constantFrom('../', '/', '..', '.', '\0', '\\', '-', '\n', 'a'),
    ),
    {
      maxLength: 30,
    },
  )
  .map((parts) => parts.join(''));

describe('a path made from a fact', () => {
  it.each(['x', 'dream_20260101_120000_abc', 'Übung 1', 'a..b', 'a.json', '漢字', 'a'.repeat(200)])(
    'takes %j as it is',
    (name) => expect([fileName(name), isFileName(name)]).toEqual([name, true]),
  );

  it.each([
    '',
    '.',
    '..',
    '../x',
    'a/b',
    '/etc',
    'a\\b',
    'a\0',
    '.hidden',
    '-rf',
    'a\nb',
    'a\u202eb',
    '\ud800',
    'a'.repeat(201),
    '漢'.repeat(67),
  ])('refuses %j', (name) => {
    expect(() => fileName(name)).toThrow(expect.objectContaining({ code: 'UNSAFE_FILE_NAME' }));
    expect(isFileName(name)).toBe(false);
  });

  it('lies one step below its root, or is refused', () => {
    fc.assert(
      fc.property(hostile, (fact) => {
        if (isFileName(fact)) expect(dirname(pathBelow('/root', fact))).toBe('/root');
        else expect(() => pathBelow('/root', fact)).toThrow('cannot name a file');
      }),
    );
  });

  it('is below a root by its parts and not by its letters', () => {
    expect([isBelow('/a', '/a/b'), isBelow('/a', '/a/..b'), isBelow('/', '/x')]).toEqual([true, true, true]);
    expect([isBelow('/a', '/ab'), isBelow('/a', '/a'), isBelow('/a', '/a/../b'), isBelow('/a/b', '/a')]).toEqual(
      Array(4).fill(false),
    );
  });
});

describe('a path proven inside its root', () => {
  let root = '';
  let outside = '';
  beforeEach(() => {
    const base = realpathSync(mkdtempSync(join(tmpdir(), 'kloros-safe-path-')));
    [root, outside] = [join(base, 'root'), join(base, 'outside')];
    for (const folder of [root, outside]) mkdirSync(folder);
    writeFileSync(join(root, 'file'), '');
    writeFileSync(join(outside, 'file'), '');
    symlinkSync(outside, join(root, 'out'));
    symlinkSync(join(outside, 'missing'), join(root, 'dangling'));
    symlinkSync(root, join(base, 'link-to-root'));
  });
  afterEach(() => rmSync(dirname(root), { recursive: true, force: true }));

  it('is its real path, there already or not', async () => {
    await expect(insideRoot(root, 'file')).resolves.toBe(join(root, 'file'));
    await expect(insideRoot(join(dirname(root), 'link-to-root'), 'new/deep')).resolves.toBe(join(root, 'new', 'deep'));
  });

  it.each(['../outside/file', 'out/file', 'out/new', 'dangling', '.', '', '/etc/passwd'])(
    'is refused where it leads out: %s',
    async (path) => {
      await expect(insideRoot(root, path)).rejects.toMatchObject({ code: 'OUTSIDE_ROOT' });
    },
  );
});
