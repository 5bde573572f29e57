import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../src/lib/signals/catalogue.js';
import { kloros } from '../helpers/cli.js';
import { freePortBase } from '../helpers/colony.js';
import { examplesOf } from '../helpers/examples.js';
import { commands, filesBelow, root, textOf } from './tree.js';

/** Examples that are not run here nor by the test of their command, and why; the beginning of several stands for them. */
const NOT_RUN: Readonly<Record<string, string>> = {
  demo: 'test/commands/demo.test.ts runs it, which takes a minute',
  'up --': 'starts a whole colony: test/commands/up.test.ts',
  'up --dry-run': 'shows what would be started: test/commands/up.test.ts',
  systemd: 'changes the machine: test/systemd and test/lib/systemd',
  'daemon run': 'runs until it is stopped: test/commands/daemon.test.ts',
  'daemon logs --follow': 'goes on until Ctrl-C',
  'daemon wait': 'waits for daemons, which nobody starts here: test/commands/daemon.test.ts',
  'bus emit Q_CURIOSITY_INVESTIGATE --example --wait-for': 'needs a colony: test/commands/bus.test.ts',
  'bus record colony.jsonl.gz --for 1m': 'takes a minute',
  'exporter --port': 'serves until Ctrl-C: test/commands/exporter.test.ts',
  'exporter --otlp': 'sends until Ctrl-C: test/commands/exporter.test.ts',
  'health --wait': 'waits for a colony: test/commands/health.test.ts',
  'bus bw "Q_*"': 'goes on until Ctrl-C',
  'bus delay "Q_*"': 'goes on until Ctrl-C',
  'bus hz "Q_*"': 'goes on until Ctrl-C',
  'bus bw Q_DREAM_STEP': 'waits for a hundred signals',
  'bus delay Q_DREAM_STEP': 'waits for a hundred signals',
  'bus hz Q_DREAM_STEP': 'waits for a hundred signals',
};

/** Exit codes of checks, which find that nothing runs or that the machine is busy, and of what is there already or was never begun. */
const CODES: Readonly<Record<string, number>> = {
  'topology check': 2,
  doctor: 1,
  bench: 1,
  'daemon status': 1,
  'bus record incident.jsonl.gz': 1,
};

/** What examples may say that ask somebody, since nobody is here. */
const NEEDS_SOMEBODY = /needs to be confirmed|terminal/;

interface Command {
  name: string;
  examples?: string[];
}

/** Texts of tests, to see which run the examples of a class. */
const tests = filesBelow('test/commands', '.test.ts').map(textOf);

const all = await Promise.all(
  commands.map(async ({ file }) => {
    const command = (await import(pathToFileURL(join(root, file)).href)) as { default: Command };
    const { name } = command.default;
    // By itself, or in a list whose examples are run.
    const runs = new RegExp(
      `examplesOf\\(${name}\\)|\\[[^\\]]*\\b${name}\\b[^\\]]*\\]\\.flatMap\\(\\(command\\) =>\\s+examplesOf\\(`,
    );
    return examplesOf(command.default).map((example) => ({
      example,
      byItsTest: tests.some((text) => runs.test(text)),
    }));
  }),
);
const examples = all.flat();
const isNotRun = (example: string) => Object.keys(NOT_RUN).some((beginning) => example.startsWith(beginning));
const here = examples
  .filter(({ example, byItsTest }) => !byItsTest && !isNotRun(example))
  .map(({ example }) => example);

/** Words as a shell makes them, up to where another program or a file begins. */
function wordsOf(example: string): string[] {
  const words = [...example.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)];
  const end = words.findIndex(([word]) => ['|', '>', '#'].includes(word));
  const own = end === -1 ? words : words.slice(0, end);
  return own.map(([, single, double, plain]) => single ?? double ?? plain ?? '');
}

let folder: string;
let env: Record<string, string>;
const run = (...args: string[]) => kloros(args, { env, cwd: folder });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kloros-examples-'));
  env = {
    HOME: folder,
    KLOROS_HOME: join(folder, 'home'),
    KLOROS_PORT_BASE: String(await freePortBase()),
    KLOROS_SOURCE_ROOTS: join(folder, 'src'),
  };
  mkdirSync(join(folder, 'src/audio'), { recursive: true });
  mkdirSync(join(folder, 'home'));
  const row = {
    signal: { signal: 'Q_INVESTIGATION_COMPLETE', facts: catalogue.get('Q_INVESTIGATION_COMPLETE')?.example },
    error: 'E: bad',
    daemon: 'capability_integrator_daemon',
    timestamp: '2025-11-15T10:30:00Z',
  };
  const numbered = [17, 18].map(
    (number) => `${JSON.stringify({ ...row, number, key: `k${number}`, fingerprint: '3fa90000' })}\n`,
  );
  writeFileSync(join(folder, 'home/failed_signals.jsonl'), numbered.join(''));
  writeFileSync(
    join(folder, 'question.json'),
    JSON.stringify({ type: 'discover.module', id: 'q', data: { question: 'What?' } }),
  );
  await run('bus', 'emit', 'OBSERVATION', '--fact', 'text=hello');
  await run('bus', 'record', 'incident.jsonl.gz', '--range', '-1h:now');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the examples in the help', () => {
  it.each(here)('do what they say, or say that there is nothing to do: %s', async (example) => {
    const { code, stderr } = await run(...wordsOf(example));
    const known = Object.entries(CODES).find(([beginning]) => example.startsWith(beginning));
    const allowed = NEEDS_SOMEBODY.test(stderr) ? [2] : [0, 3, ...(known ? [known[1]] : [])];
    expect(allowed, stderr).toContain(code);
    expect(stderr).not.toMatch(/^ +at .*:\d+:\d+/m);
  });

  it('are all run, here or by the test of their command, but for those that are named with a reason', () => {
    expect(here.length).toBeGreaterThan(80);
    const unused = Object.keys(NOT_RUN).filter(
      (beginning) => !examples.some(({ example }) => example.startsWith(beginning)),
    );
    expect(unused).toEqual([]);
  });
});
