import { describe, expect, it } from 'vitest';
import { daemons } from '../../../../src/daemons/index.js';
import { checkTopology } from '../../../../src/lib/operator/topology/check.js';
import { dotOf, mermaidOf } from '../../../../src/lib/operator/topology/graph.js';
import { svgOf } from '../../../../src/lib/operator/topology/svg.js';
import { topologyOf, type Declared, type TopologySources } from '../../../../src/lib/operator/topology/topology.js';
import { configSchema } from '../../../../src/lib/config/schema.js';
import { WrittenJournal } from '../../../helpers/written-journal.js';

const config = configSchema.parse({ home: '/h', sourceRoots: [], deployRoot: '/h/d', capabilitiesPath: '/h/c.yaml' });
const hub: Declared = { name: 'hub', role: 'hub', hears: [], says: [] };
const asker: Declared = { name: 'asker', hears: [], says: ['Q_ASK'] };
const worker: Declared = { name: 'worker', portOffset: 2, hears: ['Q_ASK'], says: ['Q_DONE'] };
const running = (...names: string[]) => names.map((name, index) => ({ name, pid: index + 1 }));
const found = (more: Partial<TopologySources> = {}) =>
  topologyOf({
    config,
    daemons: [hub, asker, worker],
    consumers: [],
    attendants: [],
    peers: new Map(),
    seen: [],
    ...more,
  });
const codes = (more?: Partial<TopologySources>) =>
  checkTopology(found(more)).map(({ code, subject, level }) => [code, subject, level]);
const attendants = running('hub', 'asker', 'worker');

describe('the topology', () => {
  it('is who says and hears what on which port, declared, registered or seen', () => {
    const journal = new WrittenJournal();
    journal.hears('stranger', 'Q_DONE');
    const seen = [{ signal: 'HEARTBEAT', source: 'peer', count: 3 }];
    const { members, links } = found({ attendants, seen, consumers: journal.hearers });
    expect(members).toMatchObject([
      { name: 'hub', kind: 'hub', ports: [7776, 7777, 7782], pids: [1] },
      { name: 'asker', kind: 'daemon', ports: [], says: ['Q_ASK'] },
      { name: 'worker', kind: 'daemon', ports: [7778], hears: ['Q_ASK'] },
      { name: 'stranger', kind: 'consumer', hears: ['Q_DONE'] },
      { name: 'peer', kind: 'peer', said: { HEARTBEAT: 3 } },
    ]);
    expect(links).toEqual([
      { from: 'asker', to: 'worker', signals: ['Q_ASK'] },
      { from: 'worker', to: 'stranger', signals: ['Q_DONE'] },
      { from: 'peer', to: null, signals: ['HEARTBEAT'] },
    ]);
  });

  it('has each peer with keys under its origin, with its ports and level, and no other may have one of them', () => {
    const rest = { names: [], rate: null, host: '127.0.0.1', publicKey: '', addedAt: '' };
    const peers = new Map([['sensor', { ...rest, level: 'ask' as const, port: 7778 }]]);
    expect(found({ peers }).members.at(-1)).toMatchObject({
      ...{ name: 'peer:sensor', kind: 'peer', level: 'ask', ports: [7778, 7779, 7780], said: {} },
    });
    expect(codes({ attendants, peers })).toContainEqual(['PORT_SHARED', '7778', 'problem']);
    expect(mermaidOf(found({ peers }))).toContain('peer:sensor<br/>7778, 7779, 7780<br/>peer, may ask');
  });

  it('of the colony has nothing to find but that it does not run', () => {
    const all = topologyOf({
      config,
      daemons,
      consumers: [],
      attendants: running(...daemons.map((one) => one.name)),
      peers: new Map(),
      seen: [],
    });
    expect(checkTopology(all)).toEqual([]);
    const none = topologyOf({ config, daemons, consumers: [], attendants: [], peers: new Map(), seen: [] });
    expect(checkTopology(none)).toMatchObject([{ code: 'NOT_RUNNING', subject: 'all daemons', level: 'problem' }]);
  });

  it('tells who does not run, who binds the same port, what nobody says, and what nobody hears', () => {
    const twin = { ...worker, name: 'twin', hears: ['Q_NEVER'] };
    const seen = [
      { signal: 'HEARTBEAT', source: 'peer', count: 1 },
      // What health says to itself asks nobody.
      { signal: 'HEALTH_PROBE', source: 'operator', count: 1 },
      { signal: 'Q_DREAM_TRIGGER', source: 'peer', count: 1 },
    ];
    expect(codes({ daemons: [hub, asker, worker, twin], attendants, seen })).toEqual([
      ['NOT_RUNNING', 'twin', 'problem'],
      ['PORT_SHARED', '7778', 'problem'],
      ['SIGNAL_NEVER_SAID', 'Q_NEVER', 'warning'],
      ['SIGNAL_UNHEARD', 'Q_DREAM_TRIGGER', 'warning'],
      ['SIGNAL_UNHEARD', 'Q_DONE', 'note'],
      ['SIGNAL_UNHEARD', 'HEARTBEAT', 'note'],
    ]);
  });

  it('tells of a port that the settings of the hub give away, and of consumers that are no daemons of this version', () => {
    const hubConfig = { ...config, hub: { router: 'tcp://127.0.0.1:7778' } };
    expect(codes({ config: hubConfig, attendants })).toContainEqual(['PORT_SHARED', '7778', 'problem']);
    const journal = new WrittenJournal();
    const [gone, runs] = [journal.hears('gone', 'Q_DONE'), journal.hears('runs', 'Q_OTHER')];
    const consumers = [{ ...gone, pids: [], lag: 3, waiting: 4 }, runs];
    const findings = checkTopology(found({ attendants, consumers }));
    expect(findings.map(({ code, level, subject }) => [code, level, subject])).toEqual([
      ['CONSUMER_LEFT_BEHIND', 'warning', 'gone'],
      ['SIGNAL_NEVER_SAID', 'note', 'Q_OTHER'],
      ['CONSUMER_UNDECLARED', 'note', 'runs'],
    ]);
    expect(findings[0]?.what).toContain('keeps 7 signals for gone');
  });

  it('is drawn, and nobody who makes up a name writes the drawing', async () => {
    const seen = [{ signal: 'X"]; evil [label="', source: 'a"\n]<script>', count: 1 }];
    const drawn = found({ seen });
    const dot = dotOf(drawn);
    expect(dot).toContain('"asker" -> "worker" [label="Q_ASK"]');
    expect(mermaidOf(drawn)).toContain('m1 -->|"Q_ASK"| m2');
    const svg = await svgOf(dot);
    expect(svg).toContain('</svg>');
    expect(svg).not.toContain('<script>');
    expect(svg.match(/<g id="node/g)).toHaveLength(6);
  });
});
