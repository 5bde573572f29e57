import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { daemons } from '../../src/daemons/index.js';
import type { Recorded } from '../../src/lib/bus/bus.js';
import { endpointsOf, pathsOf } from '../../src/lib/config/paths.js';
import { until } from '../helpers/colony.js';
import { pythonWithZmq, startAskingPeer, startPythonPeer, type PythonPeer } from '../helpers/python-peer.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';

const python = pythonWithZmq();
if (python === undefined)
  console.warn('Skipped: no python3 here can import zmq. On Debian: apt-get install python3-zmq');

const CHAIN = ['Q_CURIOSITY_INVESTIGATE', 'Q_INVESTIGATION_COMPLETE', 'Q_MODULE_INTEGRATED', 'Q_MODULE_DISCOVERED'];
/** Fields of the two envelopes that existing readers look for (formats of the wire). */
const DOCUMENT_FIELDS = ['signal', 'timestamp', 'source', 'facts'];
const RUNNING_SYSTEM_FIELDS = ['ecosystem', 'intensity', 'incident_id', 'trace', 'ts', 'schema_version'];

describe.skipIf(python === undefined)('a Python peer on the bus', () => {
  let colony: TestColony;
  let peer: PythonPeer;
  let module: string;

  beforeEach(async () => {
    colony = await startColony();
    const [root = ''] = colony.config.sourceRoots;
    module = join(root, 'audio');
    mkdirSync(module, { recursive: true });
    writeFileSync(join(module, 'play.py'), '"""Plays audio."""\n\n\ndef play(path):\n    """Play a file."""\n');
    mkdirSync(pathsOf(colony.config).intents, { recursive: true });
    for (const daemon of daemons) if (daemon.role !== 'hub') await colony.start(daemon);
    peer = startPythonPeer(python!, endpointsOf(colony.config));
    await until('the peer is connected', async () => {
      await colony.bus.emit([signalOf('WARM_UP')]);
      return peer.heard.length > 0;
    });
  });
  afterEach(async () => {
    await peer.end();
    await colony.end();
  });

  const question = () => ({
    question: 'What does the audio module do?',
    question_id: 'discover.module.audio',
    priority: 'normal',
    evidence: [`path:${module}`],
  });
  const heardOf = (name: string) => peer.heard.filter(([topic]) => topic === name).map(([, frame]) => frame);
  const journalled = async (name: string): Promise<Recorded[]> => colony.bus.browse({ signals: [name] });

  it('hears every signal of a chain, in order, in an envelope that readers of either kind understand', async () => {
    const { intents } = pathsOf(colony.config);
    const intent = { type: 'discover.module', id: 'discover.module.audio', data: question() };
    writeFileSync(join(intents, 'audio.tmp'), JSON.stringify(intent));
    renameSync(join(intents, 'audio.tmp'), join(intents, 'audio.json'));
    await until('the chain is heard', () => heardOf('Q_MODULE_DISCOVERED').length > 0);

    // A monitor on a full machine may raise alerts meanwhile.
    const heard = peer.heard.filter(([name]) => !['WARM_UP', 'Q_HEALTH_ALERT'].includes(name));
    expect(heard.map(([name]) => name)).toEqual(CHAIN);
    const recorded = await colony.bus.browse({ signals: CHAIN });
    expect(heard.map(([, frame]) => frame)).toEqual(recorded.map(({ frame }) => frame.toString()));
    for (const [name, frame] of heard) {
      const envelope = JSON.parse(frame) as Record<string, unknown>;
      expect(envelope).toMatchObject({ signal: name, incident_id: envelope['id'], schema_version: 1 });
      expect(Object.keys(envelope)).toEqual(expect.arrayContaining([...DOCUMENT_FIELDS, ...RUNNING_SYSTEM_FIELDS]));
    }
  });

  it('is heard with the envelope of the document: journalled once, delivered to a daemon, answered', async () => {
    const envelope = {
      signal: 'Q_CURIOSITY_INVESTIGATE',
      timestamp: '2025-11-15T10:30:00Z',
      source: 'python_peer',
      facts: question(),
    };
    peer.say(envelope.signal, envelope);
    await until('it is answered', () => heardOf('Q_MODULE_DISCOVERED').length > 0);

    const [said, ...more] = await journalled('Q_CURIOSITY_INVESTIGATE');
    expect(more).toEqual([]); // It said its first message twice.
    expect(said!.signal).toMatchObject({ source: 'python_peer', facts: { question_id: 'discover.module.audio' } });
    expect(heardOf('Q_CURIOSITY_INVESTIGATE')).toEqual([JSON.stringify(envelope)]);
    const answers = await journalled('Q_INVESTIGATION_COMPLETE');
    expect(answers.map(({ signal }) => signal)).toMatchObject([{ cause_id: said!.signal.id, trace: said!.signal.id }]);
  });

  it('is heard with the envelope of the running system, byte for byte, and a name that is not ours passes', async () => {
    const envelope = (n: number) => ({
      signal: 'HEARTBEAT',
      ecosystem: 'introspection',
      intensity: 0.5,
      facts: { zooid: 'ü', niche: 'x', uptime_s: n, processed_count: n, source: 'zooid_7' },
      incident_id: null,
      trace: null,
      ts: 1763163600.25 + n,
      schema_version: 1,
    });
    for (const n of [1, 2, 3]) peer.say('HEARTBEAT', envelope(n));
    await until('all are heard', () => heardOf('HEARTBEAT').length >= 3);
    await until('all are journalled', async () => (await journalled('HEARTBEAT')).length >= 3);

    const recorded = await journalled('HEARTBEAT');
    expect(recorded.map(({ signal }) => signal.facts['uptime_s'])).toEqual([1, 2, 3]);
    expect(recorded[0]!.signal).toMatchObject({ source: 'zooid_7', timestamp: '2025-11-14T23:40:01.250Z' });
    expect(heardOf('HEARTBEAT')).toEqual(recorded.map(({ frame }) => frame.toString()));
    expect(JSON.parse(heardOf('HEARTBEAT')[0]!)).toEqual(envelope(1));
  });

  it('that asks with a REQ socket is answered with the id under which its signal is in the journal, also a second time', async () => {
    const asking = startAskingPeer(python!, colony.config);
    const envelope = { signal: 'HEARTBEAT', facts: { zooid: 'ü' }, incident_id: 'one', ts: 1763163600.25 };
    for (let time = 0; time < 2; time += 1) asking.ask('HEARTBEAT', envelope);
    asking.ask('', envelope);
    await until('all are answered', () => asking.answers.length === 3);
    await asking.end();
    const [said, ...more] = await journalled('HEARTBEAT');
    expect(more).toEqual([]);
    expect(asking.answers).toMatchObject([
      { status: 'accepted', id: said!.signal.id, duplicate: false },
      { status: 'accepted', id: said!.signal.id, duplicate: true },
      { status: 'refused', code: 'INVALID_NAME', retry: false },
    ]);
  });
});
