import type { Clock } from '../base/clock.js';
import { isStopped } from '../base/process-identity.js';
import { ManagedProcess, type ManagedOptions, type ProcessState, type Transition } from './managed-process.js';
import { DEFAULT_RESTART_POLICY, type RestartPolicy } from './restart-policy.js';

/** A daemon of the colony, as far as its supervisor cares. */
export interface Member {
  name: string;
  /** The hub starts first and stops last. */
  role?: 'hub';
}

/** What a colony is made of. */
export interface ColonyOptions {
  members: readonly Member[];
  /** How a member is run. */
  commandOf: (name: string) => ManagedOptions['command'];
  clock: Clock;
  random: () => number;
  policy?: RestartPolicy;
  onLine: (name: string, line: string) => void;
  onTransition: (transition: Transition) => void;
  /** Aborted before it is ready: what has started is stopped in order. */
  abort?: AbortSignal;
}

/** A member's present state. */
export interface MemberStatus {
  name: string;
  state: ProcessState;
  /** Null while it has no process. */
  pid: number | null;
  starts: number;
}

/** A colony whose members are all ready. */
export interface Colony {
  statuses(): MemberStatus[];
  /** Those who handle first, the hub last; resolves when all have ended. */
  stop(): Promise<void>;
  /** Resolves after stop; rejects, after the rest was stopped, when the hub is given up. */
  done: Promise<void>;
}

/**
 * Starts the hub, then everyone else at once, and resolves when all are ready.
 * A member that cannot start stops the rest and is what this rejects with: a second colony in one home is refused so.
 */
export async function startColony(options: ColonyOptions): Promise<Colony> {
  const processes: ManagedProcess[] = [];
  const stop = () => stopInOrder(processes, options.members);
  const onAbort = () => void stop();
  options.abort?.addEventListener('abort', onAbort, { once: true });
  try {
    for (const wave of wavesOf(options.members)) {
      options.abort?.throwIfAborted();
      const started = wave.map((member) => start(member, options, (holders) => endStopped(processes, holders)));
      processes.push(...started);
      await Promise.all(started.map((managed) => managed.ready));
    }
  } catch (error) {
    await stop();
    throw error;
  } finally {
    options.abort?.removeEventListener('abort', onAbort);
  }
  return { statuses: () => processes.map(statusOf), stop, done: untilOver(processes, options.members, stop) };
}

/** A member that is stopped while it holds the journal's lock freezes everybody: it is ended, and started again (D3). */
function endStopped(processes: readonly ManagedProcess[], holders: readonly number[]): void {
  for (const managed of processes) {
    const { pid } = managed;
    if (pid !== undefined && holders.includes(pid) && isStopped(pid)) managed.end(STOPPED_WRITER);
  }
}

const STOPPED_WRITER = 'it was stopped (SIGSTOP) while it held the lock of the journal, and was ended';

function start(member: Member, options: ColonyOptions, onStuck: ManagedOptions['onStuck'] & object): ManagedProcess {
  return new ManagedProcess({
    name: member.name,
    command: options.commandOf(member.name),
    policy: options.policy ?? DEFAULT_RESTART_POLICY,
    clock: options.clock,
    random: options.random,
    onLine: (line) => options.onLine(member.name, line),
    onTransition: options.onTransition,
    onStuck,
  });
}

function wavesOf(members: readonly Member[]): Member[][] {
  const hubs = members.filter(isHub);
  return [hubs, members.filter((member) => !isHub(member))];
}

async function stopInOrder(processes: readonly ManagedProcess[], members: readonly Member[]): Promise<void> {
  for (const wave of wavesOf(members).reverse()) {
    const names = new Set(wave.map((member) => member.name));
    await Promise.all(processes.filter(({ name }) => names.has(name)).map((managed) => managed.stop()));
  }
}

/** A member that is given up leaves the others running, since nothing is lost meanwhile; without the hub all stop. */
async function untilOver(
  processes: readonly ManagedProcess[],
  members: readonly Member[],
  stop: () => Promise<void>,
): Promise<void> {
  const hubs = new Set(members.filter(isHub).map((member) => member.name));
  const ends = processes.map((managed) =>
    hubs.has(managed.name) ? managed.ended : managed.ended.catch(() => undefined),
  );
  try {
    await Promise.all(ends);
  } finally {
    await stop();
  }
}

function isHub(member: Member): boolean {
  return member.role === 'hub';
}

function statusOf(managed: ManagedProcess): MemberStatus {
  return { name: managed.name, state: managed.state, pid: managed.pid ?? null, starts: managed.starts };
}
