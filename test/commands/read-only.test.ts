import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { kloros, run, bin, cliEnv } from '../helpers/cli.js';
import { removeTemporaryFolders, temporaryFolder } from '../helpers/temporary-folders.js';
import { root } from '../project/tree.js';

afterAll(removeTemporaryFolders);

/** Commands that only look, and need a journal to look at. */
const NEEDS_JOURNAL = [
  ...['bus listen --no-follow', 'bus hz', 'bus bw', 'bus delay', 'bus top --for 1s', 'bus stats', 'bus history'],
  ...['bus consumers', 'suppress list', 'trace 01ABC'],
];
/** Those that have something to say without one. */
const NEEDS_NOTHING = [
  ...['policy list', 'policy decisions', 'healing list', 'dlq list', 'dlq stats', 'dlq groups', 'daemon list'],
  ...[
    'daemon status',
    'intent list',
    'maintenance status',
    'config show',
    'config path',
    'dream list',
    'dream winners',
  ],
  ...[
    'health',
    'stuck',
    'undo --list',
    'bus recordings',
    'exporter --once',
    'topology',
    'signal list',
    'doctor',
    'report --json',
  ],
];

describe('a home that is not there', () => {
  it.each([...NEEDS_JOURNAL, ...NEEDS_NOTHING])('is not made by kloros %s', async (command) => {
    const home = join(temporaryFolder(), 'mistyped');
    await kloros(command.split(' '), { env: { KLOROS_HOME: home } });
    expect(existsSync(home)).toBe(false);
  });

  it.each(NEEDS_JOURNAL)('is told of by kloros %s, with exit code 3', async (command) => {
    const home = join(temporaryFolder(), 'mistyped');
    const { code, stderr } = await kloros(command.split(' '), { env: { KLOROS_HOME: home } });
    expect(stderr).toMatch(/Error: There is no journal in .*mistyped\nWhy: +\w.*\nNext: +kloros up/);
    expect(code).toBe(3);
  });
});

describe('a machine for which nothing was compiled', () => {
  const options = {
    env: cliEnv({ NODE_OPTIONS: `--import ${pathToFileURL(join(root, 'test/fixtures/cli/no-native.js')).href}` }),
  };

  it.each(['bus emit X', 'doctor'])('is named by kloros %s, with the fix', async (command) => {
    const home = temporaryFolder();
    const { stderr } = await run([...bin, ...command.split(' '), '--home', home], options);
    expect(stderr).toMatch(/cannot be loaded on Node .*\nWhy: .*\nNext: +npm rebuild/);
    expect(stderr).not.toContain('make the folder writable');
  });

  it.each(['--version', 'version', '--help'])('hinders no kloros %s', async (command) => {
    expect(await run([...bin, command], options)).toMatchObject({ code: 0 });
  });
});
