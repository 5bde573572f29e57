import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { curveKeyPair, Request, Subscriber } from 'zeromq';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { winnerDeployer } from '../../../src/daemons/winner-deployer.js';
import { isoTimestamp } from '../../../src/lib/base/clock.js';
import { addPeer, removePeer, type AddedPeer, type PeerWish } from '../../../src/lib/bus/change-peers.js';
import { findPeer, peerName, readPeers } from '../../../src/lib/bus/peers.js';
import { endpointsOf, pathsOf, unixEndpointsOf } from '../../../src/lib/config/paths.js';
import { freePortBase, until } from '../../helpers/colony.js';
import { startColony, type TestColony } from '../../helpers/run.js';

let colony: TestColony;
let path: string;
afterEach(() => colony.end());

const wishFor = async (more: Partial<PeerWish> = {}): Promise<PeerWish> => ({
  ...{ level: 'ask', names: [], rate: null, host: '127.0.0.1', port: await freePortBase(), addedAt: isoTimestamp(0) },
  ...more,
});
const add = async (name: string, more: Partial<PeerWish> = {}) =>
  addPeer(path, { name, wish: await wishFor(more), replace: false });

interface Keys {
  serverKey: string;
  publicKey: string;
  secretKey: string;
}
const keysOf = ({ serverKey, secretKey, peer }: AddedPeer): Keys => ({
  ...{ serverKey, publicKey: peer.publicKey, secretKey: secretKey ?? '' },
});
const curve = ({ serverKey, publicKey, secretKey }: Keys) => ({
  ...{ curveServerKey: serverKey, curvePublicKey: publicKey, curveSecretKey: secretKey },
});

/** What a request is answered; undefined where nobody answers. */
async function ask(endpoint: string, name: string, keys?: Keys): Promise<Record<string, unknown> | undefined> {
  const socket = new Request({
    linger: 0,
    receiveTimeout: keys === undefined ? 5_000 : 1_500,
    ...(keys && curve(keys)),
  });
  try {
    socket.connect(endpoint);
    await socket.send([name, JSON.stringify({ source: 'claims-to-be-the-colony', facts: {} })]);
    const [answer] = await socket.receive();
    return JSON.parse(String(answer)) as Record<string, unknown>;
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}

const isOpen = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
const requestOf = ({ peer }: AddedPeer) => `tcp://127.0.0.1:${peer.port + 2}`;

describe('a peer with keys', () => {
  beforeEach(async () => {
    colony = await startColony({ bus: { transport: 'tcp' } });
    ({ peers: path } = pathsOf(colony.config));
  });

  it('is heard at its own sockets under its own name, whatever it claims, once the hub has seen that it was added', async () => {
    const added = await add('sensor');
    await until('its ports are open', () => isOpen(added.peer.port + 2));
    const answer = await ask(requestOf(added), 'OBSERVATION', keysOf(added));
    expect(answer).toMatchObject({ status: 'accepted' });
    const recorded = await colony.bus.find(String(answer?.['id']));
    expect(recorded?.from).toEqual({ origin: 'peer:sensor', authority: 'ask' });
  });

  it('hears at its own port what the colony emits', async () => {
    const added = await add('sensor');
    await until('its ports are open', () => isOpen(added.peer.port + 1));
    const socket = new Subscriber({ linger: 0, ...curve(keysOf(added)) });
    socket.connect(`tcp://127.0.0.1:${added.peer.port + 1}`);
    socket.subscribe('OBSERVATION');
    const heard = socket.receive();
    let isHeard = false;
    void heard.then(() => (isHeard = true));
    await until('it has heard something', async () => {
      await ask(requestOf(added), 'OBSERVATION', keysOf(added));
      return isHeard;
    });
    expect(String((await heard)[0])).toBe('OBSERVATION');
    socket.close();
  });

  it('is not let in with other keys, of a stranger or of another peer, and hears nothing', async () => {
    const [added, other] = [await add('sensor'), await add('other')];
    await until('both are open', async () => (await isOpen(added.peer.port + 2)) && isOpen(other.peer.port + 2));
    const { serverKey } = added;
    expect(await ask(requestOf(added), 'OBSERVATION', { ...curveKeyPair(), serverKey })).toBeUndefined();
    expect(await ask(requestOf(added), 'OBSERVATION', keysOf(other))).toBeUndefined();
    expect(await colony.bus.browse({ signals: ['OBSERVATION'] })).toEqual([]);
  });

  it('may emit the names that it was allowed, and what it may not is refused on record', async () => {
    const added = await add('sensor', { names: ['SENSOR_*'] });
    await until('its ports are open', () => isOpen(added.peer.port + 2));
    expect(await ask(requestOf(added), 'SENSOR_A', keysOf(added))).toMatchObject({ status: 'accepted' });
    expect(await ask(requestOf(added), 'Q_DREAM_TRIGGER', keysOf(added))).toMatchObject({ code: 'NAME_NOT_ALLOWED' });
    expect(await colony.bus.refusals()).toMatchObject([
      { consumer: '', signal: 'Q_DREAM_TRIGGER', from: { origin: 'peer:sensor' }, reason: 'name', count: 1 },
    ]);
  });

  it('is shut out when it is removed', async () => {
    const added = await add('sensor');
    await until('its ports are open', () => isOpen(added.peer.port));
    expect(await removePeer(path, 'sensor')).toBe(true);
    await until('its ports are closed', async () => !(await isOpen(added.peer.port)));
  });

  it('is written into a file that its owner alone can read, without the secret key of the peer', async () => {
    const added = await add('sensor');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(JSON.stringify([...(readPeers(path)?.peers ?? [])])).not.toContain(added.secretKey);
    expect(findPeer(path, 'sensor')).toMatchObject({ serverKey: added.serverKey });
    expect(() => findPeer(path, 'sensr')).toThrow(expect.objectContaining({ why: 'did you mean sensor?' }));
  });

  it('is added once under a name, and not at the ports of another', async () => {
    const { peer } = await add('sensor');
    await expect(add('sensor')).rejects.toMatchObject({ code: 'PEER_EXISTS' });
    await expect(add('other', { port: peer.port + 2 })).rejects.toMatchObject({ code: 'PORT_OF_PEER' });
    for (const name of ['anonymous', 'local', '__proto__', '../x', '', 'A'])
      expect(() => peerName(name)).toThrow(expect.objectContaining({ code: 'INVALID_PEER_NAME' }));
  });
});

describe('the Unix sockets of the bus', () => {
  it('let in who may open their folder, at the level of bus.local', async () => {
    colony = await startColony();
    const answer = await ask(unixEndpointsOf(colony.config).router, 'OBSERVATION');
    const recorded = await colony.bus.find(String(answer?.['id']));
    expect(recorded?.from).toEqual({ origin: 'peer:local', authority: 'act' });
    expect(statSync(pathsOf(colony.config).busSockets).mode & 0o007).toBe(0);
  });

  it('are bound again where somebody removes them', async () => {
    colony = await startColony();
    const endpoints = unixEndpointsOf(colony.config);
    const paths = Object.values(endpoints).map((endpoint) => endpoint.slice('ipc://'.length));
    rmSync(pathsOf(colony.config).run, { recursive: true });
    await until('they are there again', () => paths.every((path) => existsSync(path)));
    expect(await ask(endpoints.router, 'OBSERVATION')).toMatchObject({ status: 'accepted' });
  });

  it('are the only ones with transport unix: no port is bound, by no daemon', async () => {
    colony = await startColony({ bus: { transport: 'unix' } });
    await colony.start(winnerDeployer);
    expect(await ask(endpointsOf(colony.config).router, 'OBSERVATION')).toMatchObject({ status: 'accepted' });
    const { portBase } = colony.config;
    const open = await Promise.all([0, 1, 2, 3, 4, 5, 6].map((offset) => isOpen(portBase + offset)));
    expect(open).toEqual(Array.from({ length: 7 }, () => false));
  });

  it('are left out where the path of the home is too long, and the ports work', async () => {
    const home = `/tmp/kloros-test-${'x'.repeat(100)}`;
    mkdirSync(home, { recursive: true });
    colony = await startColony({ home });
    expect(await ask(endpointsOf(colony.config).router, 'OBSERVATION')).toMatchObject({ status: 'accepted' });
    expect(await ask(unixEndpointsOf(colony.config).router, 'OBSERVATION')).toBeUndefined();
  });
});

describe('an address that other machines reach', () => {
  it.each(['0.0.0.0', '192.0.2.1'])('is not bound without keys: %s', async (host) => {
    colony = await startColony();
    await expect(startColony({ host })).rejects.toMatchObject({ code: 'PUBLIC_ADDRESS' });
  });
});
