import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import IntentList from '../../src/commands/intent/list.js';
import IntentSubmit from '../../src/commands/intent/submit.js';
import { kloros, type CliResult } from '../helpers/cli.js';
import { examplesOf } from '../helpers/examples.js';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'kloros-intent-command-'));
  mkdirSync(join(cwd, 'src', 'audio'), { recursive: true });
  mkdirSync(join(cwd, 'colony', 'intents_quarantine'), { recursive: true });
  writeFileSync(join(cwd, 'colony', 'intents_quarantine', 'x.json.abc'), '{');
  writeFileSync(join(cwd, 'question.json'), JSON.stringify({ type: 'trigger_dream', reason: 'stagnation' }));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const env = () => ({ HOME: cwd, KLOROS_HOME: join(cwd, 'colony'), KLOROS_SOURCE_ROOTS: join(cwd, 'src') });
const intent = (...args: string[]): Promise<CliResult> => kloros(['intent', ...args], { cwd, env: env() });
const json = ({ stdout }: CliResult): unknown => JSON.parse(stdout);

/** Splits a command line as a shell does, for the examples' single quotes. */
const words = (line: string) =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

describe('intent submit', () => {
  it('writes what the flags say, and tells what becomes of it', async () => {
    const result = await intent('submit', '--path', 'src/audio', '--priority', '9', '--json');
    expect(json(result)).toMatchObject({
      status: 0,
      result: { question_id: 'discover.module.audio', priority: 'critical', signal: 'Q_CURIOSITY_INVESTIGATE' },
    });
    expect(readdirSync(join(cwd, 'colony', 'intents'))).toHaveLength(1);
  });

  it('refuses what the router would refuse, with the line that would allow it', async () => {
    const { code, stderr } = await intent('submit', '--path', '/etc');
    expect(code).toBe(2);
    expect(stderr).toContain('Why:   /etc is outside the source roots');
    expect(stderr).toContain(`KLOROS_SOURCE_ROOTS=${join(cwd, 'src')}:/etc`);
  });

  it('says what is missing when nothing is asked, and what does not go together', async () => {
    expect(json(await intent('submit', '--json'))).toMatchObject({ status: 2, error: { code: 'USAGE' } });
    expect((await intent('submit', 'question.json', '--priority', 'high')).stderr).toContain('do not go together');
  });
});

describe('intent list', () => {
  it('shows what waits and what is in quarantine', async () => {
    const { code, stdout } = await intent('list');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^quarantined .* x\.json\.abc .* unknown: no reason lies beside it$/m);
    expect(json(await intent('list', '--state', 'quarantined', '--json'))).toMatchObject({
      result: { quarantined: { total: 1 } },
    });
  });
});

describe('the examples in the help', () => {
  const withColony = (example: string) => example.includes('--wait');
  it.each([...examplesOf(IntentSubmit), ...examplesOf(IntentList)].filter((example) => !withColony(example)))(
    'of intent: %s',
    async (example) => {
      const { code, stdout } = await kloros(words(example), { cwd, env: env() });
      expect(code).toBe(0);
      expect(stdout).not.toBe('');
    },
  );
});
