import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import Autocomplete from '../../src/commands/autocomplete.js';
import { bin, cliEnv, isBuilt, kloros } from '../helpers/cli.js';
import { examplesOf } from '../helpers/examples.js';

const hasZsh = (() => {
  try {
    execFileSync('zsh', ['-fc', 'zmodload zsh/zpty']);
    return true;
  } catch {
    return false; // Not everybody has it.
  }
})();
let folder: string;
const env = () => cliEnv({ KLOROS_HOME: folder });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kloros-shells-'));
  const row = {
    signal: { signal: 'Q_A' },
    error: 'E: bad',
    daemon: 'd',
    timestamp: '2025-11-15',
    number: 17,
    key: 'k',
  };
  writeFileSync(join(folder, 'failed_signals.jsonl'), `${JSON.stringify(row)}\n`);
  for (const shell of ['bash', 'zsh']) {
    const { stdout } = await kloros(['autocomplete', shell]);
    writeFileSync(join(folder, `kloros.${shell}`), stdout);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What bash would offer for these words, the last of them being typed. */
async function inBash(...words: string[]): Promise<string[]> {
  return inBashWith(env(), words);
}

async function inBashWith(env: Record<string, string>, words: string[]): Promise<string[]> {
  const script = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kloros; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ['--norc', '-c', script, join(folder, 'kloros.bash'), 'kloros', ...words];
  const { stdout, stderr } = await promisify(execFile)('bash', args, { env, cwd: folder });
  expect(stderr).toBe('');
  return stdout.trimEnd().split('\n');
}

/** What stands on the line of a real zsh after Tab was pressed; \`until\` is a part of it. */
async function inZsh(typed: string, until: string): Promise<string> {
  const script = `
    zmodload zsh/zpty
    zpty shell 'TERM=dumb zsh -f -i'
    zpty -w shell 'PS1="> "; autoload -Uz compinit; compinit -u -D; source ${join(folder, 'kloros.zsh')}; print RE""ADY'
    zpty -r shell line '*READY*'
    zpty -w -n shell $'${typed}\\t'
    zpty -r shell line '*${until}*' && print -rn -- "$line"`;
  return (await promisify(execFile)('zsh', ['-fc', script], { env: env(), cwd: folder, timeout: 30_000 })).stdout;
}

describe.skipIf(!isBuilt)('in bash', () => {
  it('commands, flags, signals, daemons and dead letters are completed', async () => {
    expect(await inBash('dlq', 'gr')).toEqual(['groups']);
    expect(await inBash('dlq', 'list', '--gre')).toEqual(['--grep']);
    expect(await inBash('signal', 'explain', 'Q_WIN')).toEqual(['Q_WINNER_DEPLOYED']);
    expect(await inBash('daemon', 'run', 'winner')).toEqual(['winner_deployer_daemon']);
    expect(await inBash('dlq', 'show', '1')).toEqual(['17']);
  });

  it('the value of a flag is completed after a blank and after =, which bash takes for a word', async () => {
    expect(await inBash('bus', 'history', '--signal', 'Q_WIN')).toEqual(['Q_WINNER_DEPLOYED']);
    expect(await inBash('bus', 'history', '--signal', '=', 'Q_WIN')).toEqual(['Q_WINNER_DEPLOYED']);
  });

  it('files are offered where a file is meant, and nowhere else', async () => {
    expect(await inBash('bus', 'emit', 'Q_X', '--facts', 'kloros.b')).toEqual(['kloros.bash']);
    expect(await inBash('bus', 'emit', 'Q_X', '--facts', '=')).toContain('kloros.bash');
    expect(await inBash('maintenance', 'on', '--reason', 'k')).toEqual(['']);
  });

  it('no answer waits for the command line, the schemas or the list of daemons to load', async () => {
    const refuse = `if (/^(zod|@oclif)|daemons\\/index/.test(name)) throw new Error(name)`;
    const hook = `export async function resolve(name, context, next) { ${refuse}; return next(name, context); }`;
    const source = (text: string) => `data:text/javascript,${encodeURIComponent(text)}`;
    const register = `import { register } from 'node:module'; register(${JSON.stringify(source(hook))});`;
    const strict = { ...env(), NODE_OPTIONS: `--import=${source(register)}` };
    expect(await inBashWith(strict, ['dlq', 'show', '1'])).toEqual(['17']);
    expect(await inBashWith(strict, ['daemon', 'run', 'winner'])).toEqual(['winner_deployer_daemon']);
    expect(await inBashWith(strict, ['bus', 'listen', 'Q_WIN'])).toEqual(['Q_WINNER_DEPLOYED']);
    await expect(promisify(execFile)(process.execPath, [...bin, 'version'], { env: strict })).rejects.toThrow('@oclif');
  });

  it('nothing is said where nothing is known, or the home cannot be read', async () => {
    expect(await inBash('nosuch', 'command', '')).toEqual(['']);
    writeFileSync(join(folder, 'recordings'), 'no folder');
    expect(await inBash('bus', 'play', '/nosuch')).toEqual(['']);
  });
});

describe.skipIf(!isBuilt || !hasZsh)('in zsh', () => {
  it('what is typed is completed, and a list says what each is', async () => {
    expect(await inZsh('kloros dlq sh', 'ow')).toContain('ow');
    expect(await inZsh('kloros bus history --signal=Q_WIN', 'DEPLOYED')).toContain('--signal=Q_WINNER_DEPLOYED');
    expect(await inZsh('kloros dlq ', 'figures')).toContain('groups   -- What failed, by cause');
  });
});

describe('kloros autocomplete', () => {
  it('says how to switch it on in the shell that one has', async () => {
    const { stdout } = await kloros(['autocomplete'], { env: { SHELL: '/usr/bin/zsh' } });
    expect(stdout).toContain("echo 'source <(kloros autocomplete zsh)' >> ~/.zshrc");
    expect((await kloros(['autocomplete'], { env: { SHELL: '/bin/sh' } })).stdout).toContain('~/.bashrc');
  });

  it('refuses a shell that it does not know', async () => {
    expect((await kloros(['autocomplete', 'fish'])).code).toBe(2);
  });
});

describe('the examples in the help', () => {
  it.each(examplesOf(Autocomplete))('of autocomplete: %s', async (example) => {
    const program = `'${process.execPath}' ${bin.map((word) => `'${word}'`).join(' ')}`;
    const line = `${program} ${example.replace('~', folder)}`;
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', line], { env: env() });
    const written = example.includes('>') ? readFileSync(join(folder, '.kloros-completion.zsh'), 'utf8') : stdout;
    expect(written).toContain('source <(kloros autocomplete ');
    expect(stderr).toBe('');
  });
});
