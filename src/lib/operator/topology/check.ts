import { worstFirst, type Finding } from '../../base/finding.js';
import { PROBE_SIGNAL } from '../../bus/round-trip.js';
import { catalogue } from '../../signals/catalogue.js';
import { saysOf, type Member, type Topology } from './topology.js';

/** Something of the topology that is not as it should be, or may not be meant so. */
export interface TopologyFinding extends Finding {
  code:
    | 'NOT_RUNNING'
    | 'PORT_SHARED'
    | 'SIGNAL_UNHEARD'
    | 'SIGNAL_NEVER_SAID'
    | 'CONSUMER_LEFT_BEHIND'
    | 'CONSUMER_UNDECLARED';
  /** Daemon, signal or port. */
  subject: string;
}

/** More names of peers are not told: they may make up as many as they like. */
const MOST_FOREIGN = 10;

/** Everything that is found, the worst first: `kloros topology check` shows it all, `kloros doctor` what is of the installation. */
export function checkTopology({ members }: Topology): TopologyFinding[] {
  return worstFirst([
    ...notRunning(members),
    ...sharedPorts(members),
    ...unsaid(members),
    ...undeclared(members),
    ...unheard(members),
  ]);
}

function notRunning(members: readonly Member[]): TopologyFinding[] {
  const declared = members.filter(({ kind }) => kind === 'daemon' || kind === 'hub');
  const down = declared.filter(({ pids }) => pids.length === 0);
  const all = down.length > 0 && down.length === declared.length;
  if (all) return [downFinding('all daemons', 'No daemon runs in this home', 'kloros up')];
  return down.map(({ name }) => downFinding(name, `${name} does not run`, `kloros daemon run ${name}`));
}

function downFinding(subject: string, what: string, mend: string): TopologyFinding {
  return { code: 'NOT_RUNNING', level: 'problem', subject, what, why: 'what it hears waits for it', next: [mend] };
}

function sharedPorts(members: readonly Member[]): TopologyFinding[] {
  const doors = members.flatMap(({ name, ports }) => ports.map((port) => ({ name, port })));
  return doors.flatMap(({ name, port }, index): TopologyFinding[] => {
    const other = doors.slice(0, index).find((door) => door.port === port);
    return other === undefined ? [] : [sharedFinding(port, [other.name, name])];
  });
}

function sharedFinding(port: number, [first = '', second = '']: readonly string[]): TopologyFinding {
  return {
    code: 'PORT_SHARED',
    level: 'problem',
    subject: String(port),
    what: `Port ${port} is meant for ${first} and for ${second}`,
    why: 'two publishers cannot bind one port: the second of them ends at once, again and again',
    next: ['kloros config show hub', 'leave the endpoints of hub to portBase, or give them ports of their own'],
  };
}

/** A signal of the catalogue without an emitter is an operator's. A consumer of somebody else may wait as it likes. */
function unsaid(members: readonly Member[]): TopologyFinding[] {
  const said = new Set(members.flatMap(saysOf));
  const heard = new Set(members.flatMap(({ hears }) => hears));
  const missing = [...heard].filter((signal) => !said.has(signal) && catalogue.get(signal)?.emitters.length !== 0);
  return missing.map((signal) => {
    const hearers = members.filter(({ hears }) => hears.includes(signal));
    const isDeclared = hearers.some(({ kind }) => kind !== 'consumer');
    return {
      ...{ code: 'SIGNAL_NEVER_SAID', level: isDeclared ? 'warning' : 'note', subject: signal },
      what: `${sentence(hearers, 'hear')} ${signal}, and nobody says it`,
      why: 'it waits for a peer that has not spoken',
      next: [`kloros signal explain ${signal}`],
    };
  });
}

/** What shall make somebody work and is heard by nobody asks in vain; of a peer's own names it is usual. */
function unheard(members: readonly Member[]): TopologyFinding[] {
  const heard = new Set(members.flatMap(({ hears }) => hears));
  const said = [...new Set(members.flatMap(saysOf))].filter((signal) => !heard.has(signal) && signal !== PROBE_SIGNAL);
  // One whose consumers the catalogue does not name is for people and peers.
  const known = said.filter((signal) => (catalogue.get(signal)?.consumers.length ?? 0) > 0);
  const foreign = said.filter((signal) => !catalogue.has(signal)).slice(0, MOST_FOREIGN);
  return [...known, ...foreign].map((signal) => ({
    ...{ code: 'SIGNAL_UNHEARD', level: catalogue.has(signal) ? 'warning' : 'note', subject: signal },
    what: `${sentence(
      members.filter((member) => saysOf(member).includes(signal)),
      'say',
    )} ${signal}, and nobody hears it`,
    why: catalogue.has(signal) ? 'it asks for something that nobody does' : 'the colony does not know this name',
    next: [`kloros bus history -1d:now --signal ${signal}`],
  }));
}

function undeclared(members: readonly Member[]): TopologyFinding[] {
  return members.filter(({ kind }) => kind === 'consumer').map(consumerFinding);
}

function consumerFinding({ name, pids, kept }: Member): TopologyFinding {
  if (pids.length > 0) {
    return {
      ...{ code: 'CONSUMER_UNDECLARED', level: 'note', subject: name },
      what: `${name} runs and hears, and is no daemon of this version`,
      why: 'what it has still to see is kept for it',
      next: ['kloros bus consumers'],
    };
  }
  return {
    ...{ code: 'CONSUMER_LEFT_BEHIND', level: 'warning', subject: name },
    what: `The journal keeps ${kept} signals for ${name}, and there is no such daemon`,
    why: 'what a consumer has still to see is never removed, so the journal grows',
    next: [
      `kloros bus forget ${name}`,
      `or run the daemon that was called ${name} once more, from the version that had it`,
    ],
  };
}

/** Who does something: `a says`, `a and b say`. */
function sentence(members: readonly Member[], verb: 'say' | 'hear'): string {
  const names = members.map(({ name }) => name).join(' and ');
  return `${names} ${members.length === 1 ? `${verb}s` : verb}`;
}
