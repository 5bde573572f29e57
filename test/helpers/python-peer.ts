import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endpointsOf, unixEndpointsOf, type Endpoints } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';

const programOf = (name: string) => fileURLToPath(new URL(`../fixtures/peers/${name}`, import.meta.url));

/** A Python program on the bus. */
export interface PythonPeer {
  /** What it heard: names and second frames, as they came. */
  heard: [name: string, frame: string][];
  say(topic: string, envelope: Record<string, unknown>): void;
  end(): Promise<void>;
}

/** A Python that has zmq; undefined where there is none. */
export function pythonWithZmq(): string | undefined {
  const candidates = ['/usr/bin/python3', 'python3'];
  return candidates.find((python) => spawnSync(python, ['-c', 'import zmq']).status === 0);
}

/** Starts the peer at two sockets of a colony, e.g. its ports. */
export function startPythonPeer(python: string, { xsub, xpub }: Pick<Endpoints, 'xsub' | 'xpub'>): PythonPeer {
  const env = { ...process.env, KLR_CHEM_XSUB: xsub, KLR_CHEM_XPUB: xpub };
  const child = spawn(python, [programOf('peer.py')], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const heard: PythonPeer['heard'] = [];
  createInterface({ input: child.stdout }).on('line', (line) => heard.push(JSON.parse(line) as [string, string]));
  return {
    heard,
    say: (topic, envelope) => void child.stdin.write(`${JSON.stringify({ topic, envelope })}\n`),
    end: () => killed(child),
  };
}

/** A Python program that waits for the hub's answers. */
export interface AskingPeer {
  /** What it was answered, in order. */
  answers: unknown[];
  ask(topic: string, envelope: Record<string, unknown>): void;
  end(): Promise<void>;
}

/** Starts the peer at a colony's door for those who want an answer. */
export function startAskingPeer(python: string, config: Config): AskingPeer {
  const env = { ...process.env, DOOR: endpointsOf(config).router };
  const child = spawn(python, [programOf('asking.py')], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const answers: unknown[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => answers.push(JSON.parse(line)));
  return {
    answers,
    ask: (topic, envelope) => void child.stdin.write(`${JSON.stringify({ topic, envelope })}\n`),
    end: () => killed(child),
  };
}

/** Python daemons in places of ours. */
export interface Places {
  /** What they heard: names and facts. */
  heard: [name: string, facts: Record<string, unknown>][];
  end(): Promise<void>;
}

/** Starts them at a colony's Unix sockets. */
export function startPlaces(python: string, config: Config, places: readonly string[]): Places {
  const { xsub, xpub } = unixEndpointsOf(config);
  const env = { KLR_CHEM_XSUB: xsub, KLR_CHEM_XPUB: xpub, KLOROS_HOME: config.home, ROLES: places.join(',') };
  const child = spawn(python, [programOf('places.py')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const heard: Places['heard'] = [];
  createInterface({ input: child.stdout }).on('line', (line) => heard.push(JSON.parse(line) as Places['heard'][0]));
  return { heard, end: () => killed(child) };
}

async function killed(child: ChildProcess): Promise<void> {
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  await ended;
}
