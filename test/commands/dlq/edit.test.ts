import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import { PermanentError } from '../../../src/lib/base/errors.js';
import { pathsOf } from '../../../src/lib/config/paths.js';
import type { Letter } from '../../../src/lib/dead-letter/letter.js';
import { DeadLetterStore } from '../../../src/lib/dead-letter/store.js';
import { defineDaemon } from '../../../src/lib/runtime/define-daemon.js';
import type { Facts } from '../../../src/lib/signals/envelope.js';
import { bin, cliEnv, kloros } from '../../helpers/cli.js';
import { until } from '../../helpers/colony.js';
import { startColony, type TestColony } from '../../helpers/run.js';
import { signalOf } from '../../helpers/signals.js';
import { all } from '../../helpers/all.js';

const SIGNAL = 'Q_CURIOSITY_INVESTIGATE';
const FACTS = { question_id: 'q.one', question: 'what is it?', evidence: ['it hums'] };

let colony: TestColony;
let store: DeadLetterStore;
let letter: Letter;
let handled: Facts[] = [];

const env = () => ({ KLOROS_HOME: colony.config.home, KLOROS_PORT_BASE: String(colony.config.portBase) });
const dlq = (...args: string[]) => kloros(['dlq', ...args], { env: env() });
const queue = () => readFileSync(pathsOf(colony.config).failedSignals, 'utf8');
const said = () => colony.bus.browse({ signals: [SIGNAL] });

/** Fails at what has no priority. */
const worker = defineDaemon({
  name: 'worker',
  purpose: 'test',
  hears: [SIGNAL],
  says: [],
  from: 'beginning',
  handle: ({ facts }) => {
    if (facts['priority'] === undefined) throw new PermanentError({ code: 'NO_PRIORITY', message: 'it has none' });
    handled.push(facts);
  },
});

beforeAll(async () => {
  colony = await startColony({ delivery: { backoffMs: 1, maxBackoffMs: 5, pollMs: 20 } });
  store = new DeadLetterStore(pathsOf(colony.config), systemClock);
  await colony.start(worker);
});
afterAll(() => colony.end());

beforeEach(async () => {
  const open = (await store.read()).length;
  handled = [];
  await colony.bus.emit([signalOf(SIGNAL, FACTS)]);
  await until('it has failed', async () => (await store.read()).length === open + 1);
  letter = (await store.read()).at(-1)!;
});

/** The letter has left the queue, and one new signal stands in its place that names it as its cause. */
async function expectMended(facts: Facts): Promise<void> {
  await until('it is handled', () => handled.length === 1);
  expect(handled).toEqual([facts]);
  const caused = (await said()).filter(({ signal }) => signal.cause_id === letter.signalId);
  expect(caused).toHaveLength(1);
  expect((await store.read()).map(({ id }) => id)).not.toContain(letter.id);
  expect((await colony.bus.deadLetters(0)).map(({ number }) => number)).not.toContain(letter.number);
  const archived = (await all(store.archivedLetters())).find((one) => one.letter.id === letter.id);
  expect(archived).toMatchObject({ resolution: { kind: 'edited', newId: caused[0]!.signal.id } });
}

/** Neither the queue nor the journal differ from before. */
async function changingNothing<T>(work: () => Promise<T>): Promise<T> {
  const before = [queue(), (await said()).length, await colony.bus.deadLetters(0)];
  const result = await work();
  expect([queue(), (await said()).length, await colony.bus.deadLetters(0)]).toEqual(before);
  return result;
}

/** Edits on a terminal that script(1) lends, with an editor that writes this; undefined where there is no script(1). */
async function editingOnTerminal(text: string): Promise<{ code: number; output: string } | undefined> {
  const editor = join(colony.config.home, 'editor.sh');
  writeFileSync(editor, `#!/bin/sh\ncat > "$1" <<'END'\n${text}\nEND\n`);
  chmodSync(editor, 0o755);
  const line = [process.execPath, ...bin, 'dlq', 'edit', letter.id, '--yes'].join(' ');
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    env: cliEnv({ ...env(), EDITOR: editor, TMPDIR: colony.config.home }),
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  const ended = await Promise.race([once(child, 'close'), once(child, 'error').then(() => undefined)]);
  return ended && { code: Number(ended[0]), output };
}

describe('kloros dlq edit', () => {
  it('says with --set a new signal that the old one caused, and resolves the old', async () => {
    expect(await dlq('edit', letter.id, '--set', 'priority=high', '--yes')).toMatchObject({ code: 0 });
    await expectMended({ ...FACTS, priority: 'high' });
  });

  it('says what $EDITOR wrote as a new signal that the old one caused, and resolves the old', async ({ skip }) => {
    const facts = { ...FACTS, priority: 'low' };
    const ended = await editingOnTerminal(JSON.stringify(facts));
    if (ended === undefined) return skip('script(1) is not installed');
    expect(ended).toMatchObject({ code: 0 });
    await expectMended(facts);
  });

  it('refuses wrong facts in the words of their schema and changes nothing', async () => {
    const { code, stderr } = await changingNothing(() => dlq('edit', letter.id, '--set', 'priority=soon', '--yes'));
    expect(code).toBe(2);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('priority: Invalid option: expected one of');
  });

  it('refuses what $EDITOR wrote where it is wrong, changes nothing, and keeps the draft', async ({ skip }) => {
    const wrong = { ...FACTS, priority: 'low', question_id: 7 };
    const ended = await changingNothing(() => editingOnTerminal(JSON.stringify(wrong)));
    if (ended === undefined) return skip('script(1) is not installed');
    expect(ended.code).toBe(2);
    const output = ended.output.replaceAll(/\s+/g, ' ');
    expect(output).toContain('question_id: expected string, received number');
    const [, kept] = /--facts (\S+facts\.json)/.exec(output) ?? [];
    expect(JSON.parse(readFileSync(kept!, 'utf8'))).toEqual(wrong);
  });
});
