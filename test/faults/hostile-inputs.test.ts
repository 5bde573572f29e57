import { chownSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daemons } from '../../src/daemons/index.js';
import { endpointsOf, OWN_PORT_OFFSETS, pathsOf, unixEndpointsOf } from '../../src/lib/config/paths.js';
import { acceptanceOf } from '../../src/lib/runtime/define-daemon.js';
import { isAccepted } from '../../src/lib/signals/origin.js';
import { PORT_DAEMONS, startCanaryColony, type CanaryColony } from '../helpers/canary-colony.js';
import { isIdle } from '../helpers/chains.js';
import { until } from '../helpers/colony.js';
import { campaign, printFigures, rounded, SEED } from '../helpers/figures.js';
import { Accounts, ask, publish, type Account } from '../helpers/hostile-doors.js';
import { hostileInputs, hostileIntentFiles, placesTimesKinds } from '../helpers/hostile-inputs.js';
import { troublesOf, type View } from '../helpers/views.js';

const INPUTS = campaign('INPUTS', { bounded: 10_000, full: 10_000 });
const LIMIT_MS = 240_000;
const MOST_MB = 400;
const STRANGER = 65_534;
const isRoot = process.getuid?.() === 0;

describe('a colony at whose every door strangers say what hurts', () => {
  const startedMs = performance.now();
  let colony: CanaryColony;
  let accounts: Accounts;
  let before: string[];
  let processes: string[];
  const inJournal: Account[] = [];
  const figures: Record<string, unknown> = {};

  beforeAll(async () => {
    colony = await startCanaryColony('ask');
    before = colony.canary.picture();
    accounts = new Accounts(colony.bus);
  });
  afterAll(() => colony.end());

  const seconds = () => rounded((performance.now() - startedMs) / 1000);
  const messagesOf = (share: number, mark: string) =>
    hostileInputs(Math.round(INPUTS * share), mark, colony.canary).map(({ name, envelope }) => [
      Buffer.from(name),
      Buffer.from(envelope),
    ]);

  /** Each is in the journal or a dead letter of the hub, once. */
  async function published(door: string, share: number, at: Parameters<typeof publish>[1]): Promise<void> {
    const messages = messagesOf(share, door);
    await publish(messages, at, async () => {
      const all = await accounts.all(messages, (frames) => accounts.of(frames));
      expect(all.length).toBe(messages.length);
      note(door, all);
    });
  }

  /** Each has an answer; what was accepted is in the journal, once, and what was refused is not. */
  async function asked(door: string, share: number, endpoint: string): Promise<void> {
    const messages = messagesOf(share, door);
    const answers = await ask(messages, endpoint);
    expect(answers.length).toBe(messages.length);
    const accepted = answers.filter(({ status }) => status === 'accepted');
    const all = await accounts.all(accepted, ({ frames }) => accounts.of(frames));
    expect(all.length).toBe(accepted.length);
    const refused = answers.filter(({ status }) => status === 'refused');
    expect(refused.filter(({ frames }) => accounts.of(frames).length > 0)).toEqual([]);
    note(door, [...all, ...refused.map(({ code }) => ({ refused: code! }))]);
  }

  function note(door: string, all: readonly Account[]): void {
    const counts: Record<string, number> = {};
    for (const { from, refused } of all) {
      const became = refused ?? `journalled as ${from!.origin} at ${from!.authority}`;
      counts[became] = (counts[became] ?? 0) + 1;
    }
    figures[door] = counts;
    inJournal.push(...all.filter(({ id }) => id !== undefined));
  }

  it('knows what became of all that others publish in the place of its daemons', async () => {
    await colony.tell('stop', PORT_DAEMONS);
    for (const offset of OWN_PORT_OFFSETS)
      await published(`port ${7776 + offset}`, 0.03, { bind: endpointsOf(colony.config).own(offset) });
    await colony.tell('start', PORT_DAEMONS);
    processes = await colony.running();
    expect(processes.filter((one) => one.includes(' RUNNING '))).toHaveLength(daemons.length);
  });

  it('knows what became of all that is published at its doors', async () => {
    await published('7776', 0.25, { connect: endpointsOf(colony.config).xsub });
    await published('unix xsub', 0.16, { connect: unixEndpointsOf(colony.config).xsub });
  });

  it('answers all that is asked', async () => {
    await asked('7782', 0.25, endpointsOf(colony.config).router);
    await asked('unix router', 0.16, unixEndpointsOf(colony.config).router);
  });

  it.runIf(isRoot)('routes the intents of another user, or sets them aside', async () => {
    const files = hostileIntentFiles(Math.round(INPUTS * 0.06), colony.canary);
    const { intents } = pathsOf(colony.config);
    for (const { name, content } of files) {
      writeFileSync(join(intents, `${name}.tmp`), content);
      chownSync(join(intents, `${name}.tmp`), STRANGER, STRANGER);
      renameSync(join(intents, `${name}.tmp`), join(intents, name));
    }
    symlinkSync(join(colony.canary.outside, 'experiments.json'), join(intents, 'link.json'));
    mkdirSync(join(intents, 'folder.json'));
    const names = [...files.map(({ name }) => name), 'link.json', 'folder.json'];
    const all = await accounts.all(names, (name) => accounts.ofIntent(name));
    expect(all.length).toBe(names.length);
    note('intents of another user', all);
    await until('all have left the folder', () => readdirSync(intents).length === 0);
  });

  it('hears nonsense at the socket of its supervisor', async () => {
    const lines = hostileInputs(Math.round(INPUTS * 0.01), 'supervisor', colony.canary).map(({ envelope }) =>
      Buffer.from(envelope).toString(),
    );
    const verbs = ['stop', 'restart', 'reload', 'constructor'];
    const named = lines.map((line, index) =>
      JSON.stringify({ do: verbs[index % verbs.length], names: [line.slice(0, 500)] }),
    );
    for (const line of [...lines, ...named]) await said(pathsOf(colony.config).control, line);
    await until('nobody has anything to do', () => isIdle(colony.bus), LIMIT_MS);
    expect(await colony.running()).toEqual(processes);
  });

  it('has handled each of them, or refused it for where it came from, and counts those', async () => {
    await until('nobody has anything to do', () => isIdle(colony.bus), LIMIT_MS);
    const wrong: unknown[] = [];
    const counts: Record<string, number> = {};
    const expected = new Map<string, number>();
    for (const { id, from } of inJournal) {
      const { signal } = (await colony.bus.find(id!))!;
      for (const { name, hears, says, accepts } of daemons) {
        if (!hears.includes(signal.signal)) continue;
        const standing = await colony.bus.standing(name, id!);
        counts[standing] = (counts[standing] ?? 0) + 1;
        const isTaken = isAccepted(acceptanceOf({ says, ...(accepts && { accepts }) }, signal.signal), from!);
        const fits = isTaken ? standing === 'handled' || standing === 'dead' : standing === 'refused';
        if (!fits) wrong.push({ id, name, standing, signal: signal.signal });
        const key = `${name} ${signal.signal} ${from!.origin}`;
        if (!isTaken) expected.set(key, (expected.get(key) ?? 0) + 1);
      }
    }
    figures['consumers'] = counts;
    expect(wrong).toEqual([]);
    const counted = (await colony.bus.refusals())
      .filter(({ consumer }) => consumer !== '')
      .map(({ consumer, signal, from, count }) => [`${consumer} ${signal} ${from.origin}`, count] as const);
    expect(new Map([...counted].sort())).toEqual(new Map([...expected].sort()));
  });

  it('shows what is fresh in each of its views, which all end as they should', async () => {
    const some = inJournal.filter((_, index) => index % Math.ceil(inJournal.length / 5) === 0);
    const traces: View[] = some.map(({ id }) => ({
      args: ['trace', id!],
      codes: [0],
      shows: () => [id!],
      form: 'text',
    }));
    expect(await troublesOf(colony, traces)).toEqual([]);
  });

  it('has started no program, touched nothing outside of its home, and its processes are those that they were', async () => {
    const peaksMb = await colony.peaksMb();
    const places = placesTimesKinds(colony.canary);
    printFigures('hostile-inputs', { seed: SEED, inputs: INPUTS, places, ...figures, peaksMb, seconds: seconds() });
    expect(colony.canary.started()).toEqual([]);
    expect(colony.canary.picture()).toEqual(before);
    expect(await colony.running()).toEqual(processes);
    expect(Math.max(...Object.values(peaksMb))).toBeLessThan(MOST_MB);
  });
});

/** Says a line at a Unix socket, and resolves when it is answered or shut. */
function said(path: string, line: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = createConnection({ path });
    socket.once('close', () => resolve()).on('error', () => undefined);
    socket.once('data', () => socket.destroy());
    socket.end(`${line}\n`);
  });
}
