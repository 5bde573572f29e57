import { catalogue } from '../../signals/catalogue.js';
import { saysOf, type Member, type Topology } from './topology.js';

/** What is not as it should be, or may not be meant so. */
export interface Finding {
  code: 'NOT_RUNNING' | 'NOBODY_HEARS' | 'NOBODY_SAYS' | 'PORT_SHARED' | 'CONSUMER_UNDECLARED';
  /** A hint may be meant so, and fails no check. */
  level: 'problem' | 'hint';
  /** Daemon, signal or port. */
  subject: string;
  why: string;
  next: string[];
}

/** Everything that is found, problems first. */
export function checkTopology({ members }: Topology): Finding[] {
  const findings = [...notRunning(members), ...sharedPorts(members), ...unsaid(members)];
  const all = [...findings, ...undeclared(members), ...unheard(members)];
  return [...all.filter(({ level }) => level === 'problem'), ...all.filter(({ level }) => level === 'hint')];
}

function notRunning(members: readonly Member[]): Finding[] {
  const declared = members.filter(({ kind }) => kind === 'daemon' || kind === 'hub');
  const down = declared.filter(({ pids }) => pids.length === 0);
  if (down.length > 0 && down.length === declared.length) {
    const next = ['kloros up'];
    return [
      { code: 'NOT_RUNNING', level: 'problem', subject: 'all daemons', why: 'none of them runs in this home', next },
    ];
  }
  return down.map(({ name }) => {
    const next = [`kloros daemon run ${name}`];
    return { code: 'NOT_RUNNING', level: 'problem', subject: name, why: 'it is declared and does not run', next };
  });
}

function sharedPorts(members: readonly Member[]): Finding[] {
  const ports = new Set(members.flatMap((member) => member.ports));
  return [...ports].flatMap((port): Finding[] => {
    const owners = members.filter((member) => member.ports.includes(port)).map(({ name }) => name);
    if (owners.length < 2) return [];
    const next = ['give each of them a portOffset of its own'];
    return [
      { code: 'PORT_SHARED', level: 'problem', subject: String(port), why: `${owners.join(' and ')} bind it`, next },
    ];
  });
}

/** A signal of the catalogue without an emitter is an operator's. */
function unsaid(members: readonly Member[]): Finding[] {
  const said = new Set(members.flatMap(saysOf));
  const heard = new Set(members.flatMap(({ hears }) => hears));
  const missing = [...heard].filter((signal) => !said.has(signal) && catalogue.get(signal)?.emitters.length !== 0);
  return missing.map((signal) => {
    const hearers = members.filter(({ hears }) => hears.includes(signal)).map(({ name }) => name);
    const why = `${hearers.join(', ')} waits for it, and nobody says it`;
    return { code: 'NOBODY_SAYS', level: 'problem', subject: signal, why, next: [`kloros signal explain ${signal}`] };
  });
}

/** What shall make somebody work and is heard by nobody is a problem; of a peer's own names it is usual. */
function unheard(members: readonly Member[]): Finding[] {
  const heard = new Set(members.flatMap(({ hears }) => hears));
  const said = new Set(members.flatMap(saysOf));
  return [...said]
    .filter((signal) => !heard.has(signal))
    .flatMap((signal): Finding[] => {
      const known = catalogue.get(signal);
      if (known?.consumers.length === 0) return []; // It is for people and peers.
      const speakers = members.filter((member) => saysOf(member).includes(signal)).map(({ name }) => name);
      const level = known === undefined ? 'hint' : 'problem';
      const next = [`kloros bus history -1h --signal ${signal}`];
      return [
        {
          code: 'NOBODY_HEARS',
          level,
          subject: signal,
          why: `${speakers.join(', ')} says it, and nobody hears it`,
          next,
        },
      ];
    });
}

function undeclared(members: readonly Member[]): Finding[] {
  return members
    .filter(({ kind }) => kind === 'consumer')
    .map(({ name, pids }) => {
      const running = pids.length > 0 ? 'it runs' : 'it does not run, and holds back what retention would remove';
      const why = `it is registered with the journal and not declared here; ${running}`;
      return { code: 'CONSUMER_UNDECLARED', level: 'hint', subject: name, why, next: ['kloros daemon list'] };
    });
}
