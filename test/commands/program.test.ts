import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import Version from '../../src/commands/version.js';
import { EXIT_MEANINGS } from '../../src/lib/cli/exit-codes.js';
import { klorosAlone as kloros, type CliResult } from '../helpers/cli.js';
import { examplesOf } from '../helpers/examples.js';

const json = ({ stdout }: CliResult): unknown => JSON.parse(stdout);
const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

describe('version', () => {
  it('names what a bug report needs', async () => {
    expect(json(await kloros(['version', '--json']))).toEqual({
      status: 0,
      result: {
        kloros: own.version,
        node: process.versions.node,
        sqlite: expect.stringMatching(/^3\.\d+\.\d+$/) as string,
        zeromq: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
      },
      warnings: [],
    });
  });

  it.each(examplesOf(Version))('runs its example %s', async (example) => {
    expect(await kloros(example.split(' '))).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('a command that does not exist', () => {
  it.each([
    { words: ['sgnal'], meant: 'signal', help: 'kloros --help' },
    { words: ['signal', 'lst'], meant: 'signal list', help: 'kloros signal --help' },
  ])('$words gets a suggestion, and exit code 2', async ({ words, meant, help }) => {
    const message = `There is no command ${words.join(' ')}`;
    const why = `did you mean kloros ${meant}?`;
    const [machine, human] = await Promise.all([kloros([...words, '--json']), kloros(words)]);
    expect(json(machine)).toMatchObject({ status: 2, error: { code: 'USAGE', message, why } });
    expect(machine).toMatchObject({ code: 2, stderr: '' });
    expect(human).toMatchObject({ code: 2, stdout: '' });
    expect(human.stderr).toContain(`Error: ${message}
Why:   ${why}
`);
    expect(human.stderr).toContain(help);
  });
});

describe('the help', () => {
  it('of a command lists every exit code', async () => {
    const { stdout } = await kloros(['signal', 'list', '--help']);
    for (const [code, meaning] of EXIT_MEANINGS) expect(stdout).toMatch(new RegExp(`^ +${code} +${meaning}$`, 'm'));
  });

  it('has a line for every topic', async () => {
    const { stdout } = await kloros([]);
    expect(stdout).toMatch(/^ +signal +\w/m);
    expect(stdout).toMatch(/^ +config +\w/m);
  });

  it('of a wrong name says so in the usual form', async () => {
    for (const words of [
      ['help', 'sgnal'],
      ['sgnal', '--help'],
    ]) {
      const { code, stderr } = await kloros(words);
      expect(code).toBe(2);
      expect(stderr).toContain('Error: There is no command sgnal\nWhy:   did you mean kloros signal?');
    }
  });
});

describe('colour', () => {
  it('is absent from a pipe, also where it is forced', async () => {
    const { stdout } = await kloros(['signal', 'list'], { env: { FORCE_COLOR: '1' } });
    expect(stdout).not.toContain('\u001b');
  });
});
