import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Dealer, Request, Subscriber } from 'zeromq';
import { systemClock } from '../../../src/lib/base/clock.js';
import { dropBallast } from '../../../src/lib/bus/embedded/ballast.js';
import type { Bus, Recorded } from '../../../src/lib/bus/bus.js';
import { openBus } from '../../../src/lib/bus/open-bus.js';
import { openHub, type OpenedHub } from '../../../src/lib/bus/embedded/open-hub.js';
import { endpointsOf, pathsOf } from '../../../src/lib/config/paths.js';
import type { Config } from '../../../src/lib/config/schema.js';
import { encodeSignal } from '../../../src/lib/signals/codec.js';
import { removeHome, silentLog, temporaryConfig, until } from '../../helpers/colony.js';
import { signalOf } from '../../helpers/signals.js';

const WORKER = fileURLToPath(new URL('../../helpers/hub-worker.ts', import.meta.url));
const MEBIBYTE = 1024 * 1024;

type Frames = (string | Buffer)[];
interface Answer {
  status: 'accepted' | 'refused';
  id?: string;
  code?: string;
}

describe('the door for peers that want an answer', () => {
  let config: Config;
  let bus: Bus;
  const closing: (() => unknown)[] = [];
  beforeEach(async () => {
    config = await temporaryConfig();
    bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'test' });
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    await bus.close();
    removeHome(config);
  });

  async function startHub(): Promise<OpenedHub> {
    const hub = await openHub({ config, clock: systemClock, log: silentLog, name: 'chemical_bus', ownPortOffsets: [] });
    closing.push(() => hub.close());
    return hub;
  }

  /** A hub in a process of its own. */
  async function startProcess(step = ''): Promise<ChildProcess> {
    const child = spawn(process.execPath, ['--import', 'tsx', WORKER, step, JSON.stringify(config)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    closing.push(() => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    return child;
  }

  function connected<Socket extends Request | Dealer>(socket: Socket): Socket {
    socket.connect(endpointsOf(config).router);
    closing.push(() => socket.close());
    return socket;
  }
  const requester = () => connected(new Request({ linger: 0, receiveTimeout: 20_000 }));
  const dealer = () => connected(new Dealer({ linger: 0, sendHighWaterMark: 0 }));

  async function ask(socket: Request, frames: Frames): Promise<Answer> {
    await socket.send(frames);
    return answerOf(await socket.receive());
  }
  const answerOf = (frames: Buffer[]) => JSON.parse(String(frames.at(-1))) as Answer;
  const journalled = (name = 'Q_A'): Promise<Recorded[]> => bus.browse({ signals: [name] });

  /** Nobody else writes the journal until that is called. */
  function holdJournal(): () => void {
    const other = new Database(pathsOf(config).journal);
    other.exec('BEGIN IMMEDIATE');
    const release = () => other.close();
    closing.push(release);
    return release;
  }

  it('answers a REQ with the id under which its signal is in the journal and is published, byte for byte', async () => {
    await startHub();
    const subscriber = new Subscriber({ linger: 0 });
    closing.push(() => subscriber.close());
    subscriber.connect(endpointsOf(config).xpub);
    subscriber.subscribe('Q_A');
    const answer = await ask(requester(), ['Q_A', '{"facts":{"n":1} }']);
    expect(answer).toEqual({ status: 'accepted', id: expect.any(String) as string, duplicate: false });
    const recorded = await bus.find(answer.id!);
    expect(recorded).toMatchObject({ signal: { signal: 'Q_A', facts: { n: 1 } } });
    expect(String(recorded!.frame)).toBe('{"facts":{"n":1} }');
    expect((await subscriber.receive()).map(String)).toEqual(['Q_A', '{"facts":{"n":1} }']);
  });

  it.for<[string, Frames]>([
    ['without anything before them', []],
    ['with an empty frame before them', ['']],
    ['with a number and an empty frame before them', ['7', '']],
  ])('answers a DEALER that sends its frames %s, which come back', async ([, before]) => {
    await startHub();
    const socket = dealer();
    await socket.send([...before, 'Q_A', '{}']);
    const answer = await socket.receive();
    expect(answer.slice(0, -1).map(String)).toEqual(before);
    expect(answerOf(answer)).toMatchObject({ status: 'accepted', id: (await journalled())[0]!.signal.id });
  });

  it('answers only after the commit', async () => {
    await startHub();
    const release = holdJournal();
    const socket = dealer();
    await socket.send(['1', '', 'Q_A', '{}']);
    await socket.send(['2', '', 'only one frame']);
    // Both were read, in order; the answer to the first has still to come.
    expect((await socket.receive()).map(String)[0]).toBe('2');
    expect(await journalled()).toEqual([]);
    release();
    expect((await socket.receive()).map(String)[0]).toBe('1');
    expect(await journalled()).toHaveLength(1);
  });

  it('takes what is asked again as one: an incident, the same bytes, and a signal that is in the journal', async () => {
    await startHub();
    const socket = requester();
    const signal = signalOf('Q_A', { n: 3 });
    await bus.emit([signal]);
    for (const body of ['{"incident_id":"one"}', '{"facts":{"n":2}}', encodeSignal(signal)]) {
      const first = await ask(socket, ['Q_A', body]);
      expect(await ask(socket, ['Q_A', body])).toEqual({ status: 'accepted', id: first.id, duplicate: true });
      expect(await bus.find(first.id!)).toMatchObject({ frame: Buffer.from(body) });
    }
    expect(await journalled()).toHaveLength(3);
  });

  it('has it once where the hub is killed before the journal has it, and the peer asks again', async () => {
    const child = await startProcess();
    const release = holdJournal();
    const first = dealer();
    await first.send(['Q_A', '{}']);
    await first.send(['only one frame']);
    expect(answerOf(await first.receive()).status).toBe('refused'); // So the first was read before.
    child.kill('SIGKILL');
    await once(child, 'exit');
    release();
    expect(await journalled()).toEqual([]);
    await startHub();
    expect(await ask(requester(), ['Q_A', '{}'])).toMatchObject({ status: 'accepted', duplicate: false });
    expect(await journalled()).toHaveLength(1);
  });

  it('has it once where the hub is killed before it answers, and the peer asks again', async () => {
    const child = await startProcess('dies before it answers');
    const exited = once(child, 'exit');
    await requester().send(['Q_A', '{}']);
    expect(await exited).toEqual([null, 'SIGKILL']);
    const [said] = await journalled();
    await startHub();
    const answer = await ask(requester(), ['Q_A', '{}']);
    expect(answer).toEqual({ status: 'accepted', id: said!.signal.id, duplicate: true });
    expect(await journalled()).toHaveLength(1);
  });

  it.for<[string, string, Frames]>([
    ['one frame', 'UNREADABLE_FRAME', ['Q_A']],
    ['three frames', 'UNREADABLE_FRAME', ['Q_A', '{}', '{}']],
    ['no name', 'INVALID_NAME', ['', '{}']],
    ['a name that is not UTF-8', 'INVALID_NAME', [Buffer.from([0xff]), '{}']],
    ['a name with a blank', 'INVALID_NAME', ['Q A', '{}']],
    ['no body', 'UNREADABLE_FRAME', ['Q_A', '']],
    ['a body that is no JSON', 'UNREADABLE_FRAME', ['Q_A', '{"half":']],
    ['nesting of 101 levels', 'UNREADABLE_FRAME', ['Q_A', `{"facts":${'['.repeat(100)}${']'.repeat(100)}}`]],
    ['more than it takes', 'REQUEST_TOO_LARGE', ['Q_A', `{"facts":{"text":"${'x'.repeat(MEBIBYTE)}"}}`]],
  ])('refuses a request that has %s, says why, and takes the next', async ([, code, frames]) => {
    await startHub();
    const socket = requester();
    expect(await ask(socket, frames)).toEqual({
      status: 'refused',
      code,
      message: expect.any(String) as string,
      why: expect.stringMatching(/./) as string,
      next: [expect.any(String)],
      retry: false,
    });
    expect(await ask(socket, ['Q_A', '{}'])).toMatchObject({ status: 'accepted' });
    expect([await journalled(), await bus.deadLetters(0)]).toMatchObject([{ length: 1 }, { length: 0 }]);
  });

  it('refuses what the disk has no room for, to be asked again', async () => {
    await startHub();
    dropBallast(pathsOf(config).journal);
    const answer = await ask(requester(), ['Q_A', '{}']);
    expect(answer).toMatchObject({ status: 'refused', code: 'DISK_FULL', retry: true });
    expect(await journalled()).toEqual([]);
  });

  it('refuses what comes while too much waits for the journal, and accepts what waited when that goes on', async () => {
    await startHub();
    const release = holdJournal();
    const socket = dealer();
    for (let n = 0; n <= 10_000; n += 1) await socket.send(['Q_A', `{"facts":{"n":${n}}}`]);
    expect(answerOf(await socket.receive())).toMatchObject({ status: 'refused', code: 'HUB_BUSY', retry: true });
    release();
    expect(answerOf(await socket.receive())).toMatchObject({ status: 'accepted' });
    await until('all that waited are journalled', async () => (await count('Q_A')) === 10_000);
  });

  it('waits for no peer: many that read nothing or are gone hold up nobody, and lose nothing that was journalled', async () => {
    await startHub();
    const peers = Array.from({ length: 50 }, () => dealer());
    await Promise.all(
      peers.map(async (peer, p) => {
        for (let n = 0; n < 100; n += 1)
          await peer.send([`Q_${p % 2 ? 'GONE' : 'MUTE'}`, `{"facts":{"n":${p * 100 + n}}}`]);
      }),
    );
    const first = await ask(requester(), ['Q_A', '{}']);
    for (const [p, peer] of peers.entries()) if (p % 2) peer.close();
    expect(first.status).toBe('accepted');
    await until('all of the mute are journalled', async () => (await count('Q_MUTE')) === 2_500);
    expect(await ask(requester(), ['Q_A', '{"facts":{"n":2}}'])).toMatchObject({ status: 'accepted' });
  });

  async function count(name: string): Promise<number> {
    let sum = 0;
    for (let page = await journalled(name); page.length > 0;) {
      sum += page.length;
      page = await bus.browse({ signals: [name], afterSeq: page.at(-1)!.seq });
    }
    return sum;
  }

  it('says who holds its port where it is taken, and leaves the others free', async () => {
    const squatter = await startProcess();
    const other = await temporaryConfig({ hub: { router: endpointsOf(config).router } });
    const options = { config: other, clock: systemClock, log: silentLog, name: 'other', ownPortOffsets: [] };
    await expect(openHub(options)).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      why: expect.stringContaining(String(squatter.pid)) as string,
    });
    const taken = createServer().listen(other.portBase, '127.0.0.1');
    await once(taken, 'listening');
    taken.close();
    removeHome(other);
  });

  it('answers what it has begun with before it closes', async () => {
    const hub = await startHub();
    const release = holdJournal();
    const socket = dealer();
    await socket.send(['1', '', 'Q_A', '{}']);
    await socket.send(['2', '', '']);
    await socket.receive();
    const closed = hub.close();
    release();
    expect(answerOf(await socket.receive())).toMatchObject({ status: 'accepted' });
    await closed;
    closing.shift();
  });
});
