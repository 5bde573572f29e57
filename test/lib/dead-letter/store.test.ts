import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import { restorable, softDelete } from '../../../src/lib/dead-letter/clean-up.js';
import { hasRests, keepRest } from '../../../src/lib/dead-letter/rest.js';
import { rewriteLines } from '../../../src/lib/dead-letter/rewrite.js';
import { DeadLetterStore } from '../../../src/lib/dead-letter/store.js';
import { until } from '../../helpers/colony.js';
import { all } from '../../helpers/all.js';

let home: string;
let paths: { failedSignals: string; failedSignalsArchive: string };
let store: DeadLetterStore;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kloros-dlq-'));
  paths = {
    failedSignals: join(home, 'failed_signals.jsonl'),
    failedSignalsArchive: join(home, 'failed_signals.archive.jsonl'),
  };
  store = new DeadLetterStore(paths, systemClock);
});
afterEach(() => rmSync(home, { recursive: true }));

const row = (n: number) => JSON.stringify({ signal: { signal: 'Q_A', facts: { n } }, error: 'boom', daemon: 'peer' });
const lines = () => readFileSync(paths.failedSignals, 'utf8').split('\n').filter(Boolean);
const numbers = () => lines().map((line) => (JSON.parse(line) as { signal: { facts: { n: number } } }).signal.facts.n);
const prune = async (wanted: (n: unknown) => boolean, from = store) => {
  const letters = (await from.read()).filter(({ facts }) => wanted(facts['n']));
  const ids = letters.map(({ id }) => id);
  return softDelete(from, ids, { reason: 'test', nowMs: Date.now() });
};

/** A program that knows nothing of us: it appends lines, from number 1000 on, until its stdin ends, and says how many. */
function foreignProgram(held: boolean) {
  const script = `
    const fs = require('node:fs');
    const path = process.argv[1];
    const held = ${String(held)} ? fs.openSync(path, 'a') : undefined;
    let n = 1000;
    let over = false;
    process.stdin.on('end', () => (over = true)).resume();
    const next = () => {
      if (over) return process.stdout.write(String(n - 1000));
      const line = JSON.stringify({ signal: { signal: 'Q_A', facts: { n } }, error: 'boom', daemon: 'peer' }) + '\\n';
      const fd = held ?? fs.openSync(path, 'a');
      fs.writeSync(fd, line);
      if (held === undefined) fs.closeSync(fd);
      n += 1;
      setTimeout(next, 1);
    };
    next();
  `;
  return spawn(process.execPath, ['-e', script, paths.failedSignals]);
}

describe('the queue on disk', () => {
  it('keeps lines of every shape byte for byte while others leave', async () => {
    const strange = [Buffer.from('not json'), Buffer.from([0xff, 0xfe, 0x20]), Buffer.from('{"b":1,  "a":1e3}')];
    const bytes = [Buffer.from(row(1)), ...strange, Buffer.from(row(2))].flatMap((line) => [line, Buffer.from('\n')]);
    writeFileSync(paths.failedSignals, Buffer.concat(bytes));
    await prune((n) => n === 1);
    expect(readFileSync(paths.failedSignals)).toEqual(Buffer.concat(bytes.slice(2)));
  });

  it('brings back what left, byte for byte', async () => {
    const strange = Buffer.concat([Buffer.from([0xff, 0xfe, 0x20, 0x0a]), Buffer.from('{"b":1,  "a":1e3}\n')]);
    writeFileSync(paths.failedSignals, strange);
    const ids = (await store.read()).map(({ id }) => id);
    await softDelete(store, ids, { reason: null, nowMs: Date.now() });
    expect(readFileSync(paths.failedSignals)).toHaveLength(0);
    const back = new Set((await all(restorable(store))).map(({ letter }) => letter.id));
    expect(await store.restore(({ letter }) => back.has(letter.id))).toHaveLength(2);
    expect(readFileSync(paths.failedSignals)).toEqual(strange);
    expect(await all(store.archivedLetters())).toEqual([]);
  });

  it('is safe for several writers', async () => {
    const stores = [1, 2, 3, 4].map(() => new DeadLetterStore(paths, systemClock));
    const append = (one: DeadLetterStore, n: number) => one.hold((held) => held.append([Buffer.from(row(n))]));
    await Promise.all([...Array(24).keys()].map((n) => append(stores[n % 4]!, n)));
    await Promise.all([prune((n) => Number(n) < 20, stores[0]), append(stores[1]!, 40), append(stores[2]!, 41)]);
    expect(numbers().sort((a, b) => a - b)).toEqual([20, 21, 22, 23, 40, 41]);
    expect(await all(store.archivedLetters())).toHaveLength(20);
  });

  it.each([
    ['holds the file open', true],
    ['opens the file for each line', false],
  ])('loses no line of a foreign program that %s and appends while it is rewritten', async (_how, held) => {
    writeFileSync(paths.failedSignals, [...Array(100).keys()].map((n) => `${row(n)}\n`).join(''));
    const program = foreignProgram(held);
    const said = once(program.stdout, 'data');
    await until('it appends', () => lines().length > 100);
    for (let n = 0; n < 100; n += 10) await prune((one) => Number(one) >= n && Number(one) < n + 10);
    program.stdin.end();
    const count = Number(String((await said)[0]));
    await once(program, 'exit');
    await store.drain();
    expect(count).toBeGreaterThan(10);
    expect(numbers().sort((a, b) => a - b)).toEqual([...Array(count).keys()].map((n) => n + 1_000));
  });

  it('drains what is appended to the replaced file long after, and lets it go when nobody holds it', async () => {
    writeFileSync(paths.failedSignals, `${row(1)}\n${row(2)}\n`);
    const program = spawn(process.execPath, [
      '-e',
      `const fd = require('node:fs').openSync(process.argv[1], 'a');
       process.stdin.on('data', (text) => { require('node:fs').writeSync(fd, text); process.stdout.write('ok'); });
       process.stdout.write('ready');`,
      paths.failedSignals,
    ]);
    const say = async (text: string) => {
      program.stdin.write(text);
      await once(program.stdout, 'data');
    };
    await once(program.stdout, 'data');
    await prune((n) => n === 1);
    await say(`${row(3)}\n${row(4).slice(0, 10)}`);
    expect((await store.read()).map(({ facts }) => facts['n'])).toEqual([2, 3]);
    await say(`${row(4).slice(10)}\n`);
    expect((await store.read()).map(({ facts }) => facts['n'])).toEqual([2, 3, 4]);
    await say(row(5));
    program.stdin.end();
    await once(program, 'exit');
    const rests = `${paths.failedSignals}.rest`;
    const longAgo = new Date(Date.now() - 7_200_000);
    for (const name of readdirSync(rests)) utimesSync(join(rests, name), longAgo, longAgo);
    expect((await store.read()).map(({ facts }) => facts['n'])).toEqual([2, 3, 4, 5]);
    expect(readdirSync(rests)).toEqual([]);
  });

  it('repeats no row that came after a rewrite that was interrupted', async () => {
    writeFileSync(paths.failedSignals, `${row(1)}\n`);
    await keepRest(paths.failedSignals, readFileSync(paths.failedSignals).length);
    appendFileSync(paths.failedSignals, `${row(2)}\n`);
    await store.drain();
    await store.drain();
    expect(numbers()).toEqual([1, 2]);
    expect(await hasRests(paths.failedSignals)).toBe(false);
  });

  it('rewrites again what an interrupted rewrite has kept already', async () => {
    writeFileSync(paths.failedSignals, `${row(1)}\n${row(2)}\n`);
    await keepRest(paths.failedSignals, readFileSync(paths.failedSignals).length);
    await rewriteLines(paths.failedSignals, { stays: ({ offset }) => offset > 0, settle: async () => undefined });
    await store.drain();
    expect(numbers()).toEqual([2]);
  });

  it('closes a torn last line, so that it spoils no other', async () => {
    writeFileSync(paths.failedSignals, `${row(1)}\n{"torn": tr`);
    await store.hold((held) => held.append([Buffer.from(row(2))]));
    expect((await store.read()).map(({ shape }) => shape)).toEqual(['document', 'unreadable', 'document']);
  });

  it('leaves an open row open where a crash came between the archive and the queue', async () => {
    writeFileSync(paths.failedSignals, `${row(1)}\n`);
    const open = readFileSync(paths.failedSignals);
    await prune(() => true);
    appendFileSync(paths.failedSignals, open);
    expect(await all(restorable(store))).toEqual([]);
    expect(await store.read()).toHaveLength(1);
  });

  it('makes no file by reading', async () => {
    expect(await store.read()).toEqual([]);
    expect(existsSync(paths.failedSignals)).toBe(false);
  });
});
