import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, type TestContext } from 'vitest';
import { parse } from 'yaml';
import { daemons } from '../../src/daemons/index.js';
import { shortName } from '../../src/lib/base/short-name.js';
import { unixEndpointsOf } from '../../src/lib/config/paths.js';
import { submitIntent } from '../../src/lib/intents/submit.js';
import type { Signal } from '../../src/lib/signals/envelope.js';
import { kloros } from '../helpers/cli.js';
import { until } from '../helpers/colony.js';
import { DREAMING, lookAtApp, promote, writeDreamHome } from '../helpers/dream-home.js';
import { deployable, writeWinner } from '../helpers/effects-home.js';
import { pythonWithZmq, startPlaces, startPythonPeer, type Places, type PythonPeer } from '../helpers/python-peer.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';

const LIMIT_MS = 300_000;
const QUESTION = 'discover.module.audio';

let colony: TestColony;
let peers: (Places | PythonPeer)[] = [];
let module: string;

/** Our daemons but for some, whose places are taken by programs of another make, on the Unix sockets. */
async function startMixed(context: TestContext, places: readonly string[]): Promise<Places> {
  const python = pythonWithZmq();
  if (python === undefined)
    return context.skip('no python3 here can import zmq; on Debian: apt-get install python3-zmq');
  // Nobody acts by the ports: what acts came by the Unix sockets.
  colony = await startColony({ ...DREAMING, bus: { anonymous: 'observe' } });
  module = join(colony.config.sourceRoots[0] ?? '', 'audio');
  mkdirSync(module, { recursive: true });
  writeFileSync(join(module, 'play.py'), '"""Plays audio."""\n\n\ndef play(path):\n    """Play a file."""\n');
  writeDreamHome(colony.config);
  const ours = daemons.filter(
    ({ name, role }) => role !== 'hub' && !places.includes(shortName(name).replaceAll('-', '_')),
  );
  expect(ours).toHaveLength(daemons.length - 1 - places.length);
  for (const daemon of ours) await colony.start(daemon);
  const theirs = startPlaces(python, colony.config, places);
  peers = [theirs];
  await untilConnected(theirs);
  return theirs;
}

const untilConnected = ({ heard }: Places | PythonPeer) =>
  until('it is connected', async () => {
    await colony.bus.emit([signalOf('WARM_UP')]);
    return heard.length > 0;
  });

afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.end();
  await colony.end();
}, LIMIT_MS);

async function hear(name: string, by: (signal: Signal) => boolean = () => true): Promise<Signal> {
  const said = async () => (await colony.bus.browse({ signals: [name] })).find(({ signal }) => by(signal))?.signal;
  await until(`${name} is said`, async () => (await said()) !== undefined, LIMIT_MS);
  return (await said())!;
}

const registry = () => parse(readFileSync(colony.config.capabilitiesPath, 'utf8')) as Record<string, unknown>;

/** What an operator sees of a chain. */
async function traceOf({ id }: Signal): Promise<string> {
  const env = { KLOROS_HOME: colony.config.home, KLOROS_PORT_BASE: String(colony.config.portBase) };
  return (await kloros(['trace', id], { env })).stdout;
}

describe('a colony in which Python daemons take places of ours, on the Unix sockets', { timeout: LIMIT_MS }, () => {
  it('registers what a Python investigator found out for an intent of ours', async (context) => {
    const theirs = await startMixed(context, ['investigation_consumer']);
    const data = { question: 'What does the audio module do?', priority: 'normal', evidence: [`path:${module}`] };
    const intent = JSON.stringify({ type: 'discover.module', id: QUESTION, data });
    await submitIntent(intent, { config: colony.config, nowMs: Date.now(), what: 'it' });

    const integrated = await hear('Q_MODULE_INTEGRATED');
    expect(registry()).toMatchObject({ audio: { module: 'src.audio', enabled: true } });
    const completion = (await colony.bus.find(integrated.cause_id ?? ''))!;
    expect(completion).toMatchObject({
      signal: { signal: 'Q_INVESTIGATION_COMPLETE', facts: { question_id: QUESTION, model_used: 'local' } },
      from: { origin: 'peer:local', authority: 'act' },
    });
    await until('they hear how it went on', () => theirs.heard.some(([name]) => name === 'Q_MODULE_DISCOVERED'));
    expect(theirs.heard.map(([name]) => name)).toEqual(expect.arrayContaining(['Q_MODULE_INTEGRATED']));
    expect(await traceOf(completion.signal)).toMatch(/^Q_INVESTIGATION_COMPLETE .*\(peer:local\)/m);
    expect(await colony.bus.refusals()).toEqual([]);
  });

  it('investigates a question that Python asks, and speaks of the module that Python registered for it', async (context) => {
    await startMixed(context, ['capability_integrator']);
    const asking = startPythonPeer(pythonWithZmq()!, unixEndpointsOf(colony.config));
    peers.push(asking);
    await untilConnected(asking);
    const facts = { question: 'What does it do?', question_id: QUESTION, evidence: [`path:${module}`], priority: 7 };
    asking.say('Q_CURIOSITY_INVESTIGATE', { signal: 'Q_CURIOSITY_INVESTIGATE', source: 'curiosity_core', facts });

    const discovered = await hear('Q_MODULE_DISCOVERED');
    expect(discovered.facts).toMatchObject({ module_name: 'audio' });
    const integrated = (await colony.bus.find(discovered.cause_id ?? ''))!;
    expect(integrated).toMatchObject({ signal: { signal: 'Q_MODULE_INTEGRATED' }, from: { origin: 'peer:local' } });
    expect(registry()).toEqual({ audio: { module: 'audio', enabled: true, auto_discovered: true } });
    const asked = await hear('Q_CURIOSITY_INVESTIGATE');
    expect(await traceOf(asked)).toMatch(/Q_CURIOSITY_INVESTIGATE.*curiosity_core \(peer:local\)/);
    expect(await hear('Q_INVESTIGATION_COMPLETE')).toMatchObject({ cause_id: asked.id, trace: asked.id });
  });

  it('runs a cycle that a Python policy engine triggers, and deploys its winner', async (context) => {
    await startMixed(context, ['policy_engine']);
    promote(colony.config, 'better.json');
    const deployed = await hear('Q_WINNER_DEPLOYED');
    const { current } = lookAtApp(colony.config);
    expect(current).toBe(`versions/${String(deployed.facts['deployment_id'])}`);
    const trigger = await hear('Q_DREAM_TRIGGER');
    expect(trigger).toMatchObject({ id: deployed.trace, facts: { promotion_count: 1 } });
    expect(await traceOf(trigger)).toMatch(/Q_DREAM_TRIGGER.* \(peer:local\)[^]*Q_WINNER_DEPLOYED/);
    const { home } = colony.config;
    expect(existsSync(join(home, 'dream_lab', 'promotions', 'acknowledged', 'better.json'))).toBe(true);
  });

  it('deploys the winner of a cycle that Python ran for a trigger of ours', async (context) => {
    await startMixed(context, ['dream_consumer', 'tournament_consumer']);
    writeDreamHome(colony.config, [deployable('dream_python')]);
    writeWinner(colony.config, 'dream_python');
    promote(colony.config, 'better.json');
    const deployed = await hear('Q_WINNER_DEPLOYED');
    const complete = (await colony.bus.find(deployed.cause_id ?? ''))!;
    expect(complete).toMatchObject({ signal: { signal: 'Q_DREAM_COMPLETE' }, from: { origin: 'peer:local' } });
    expect(readFileSync(join(colony.config.home, 'dream_python.env'), 'utf8')).toBe('LEVEL=6\n');
    expect(await hear('Q_DREAM_TRIGGER')).toMatchObject({ source: 'kloros_policy_engine' });
    expect(await traceOf(complete.signal)).toMatch(/Q_DREAM_COMPLETE.* \(peer:local\)[^]*Q_WINNER_DEPLOYED/);
  });
});
