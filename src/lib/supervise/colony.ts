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

/**
 * A colony that is kept alive. It is over when each of its members has been stopped or given up and nothing is being
 * started, so that stopping the members one by one ends it too.
 */
export class Colony {
  /** Resolves when it is over; rejects, after the rest was stopped, when the hub is given up. */
  readonly done: Promise<void>;
  readonly #options: ColonyOptions;
  readonly #processes = new Map<string, { managed: ManagedProcess; member: Member; earlierStarts: number }>();
  #starting = 0;
  #hubLost: { error: unknown } | undefined;
  #over: () => void = () => undefined;
  #failed: (error: unknown) => void = () => undefined;

  constructor(options: ColonyOptions) {
    this.#options = options;
    this.done = new Promise((resolve, reject) => {
      this.#over = resolve;
      this.#failed = reject;
    });
    this.done.catch(() => undefined);
  }

  statuses(): MemberStatus[] {
    return [...this.#processes.values()].map(({ managed, earlierStarts }) => ({
      name: managed.name,
      state: managed.state,
      pid: managed.pid ?? null,
      starts: earlierStarts + managed.starts,
    }));
  }

  /** Starts those who do not run, new members too, the hub before all others; resolves when they are ready. */
  async start(members: readonly Member[], abort?: AbortSignal): Promise<void> {
    this.#starting += 1;
    try {
      for (const wave of wavesOf(members)) {
        abort?.throwIfAborted();
        await Promise.all(wave.map((member) => this.#started(member)));
      }
    } finally {
      this.#starting -= 1;
      this.#endWhenOver();
    }
  }

  /** Those who handle first, the hub last; all where no names are given. Resolves when they have ended. */
  async stop(names?: readonly string[]): Promise<void> {
    const members = [...this.#processes.values()].map(({ member }) => member);
    const meant = names === undefined ? members : members.filter(({ name }) => names.includes(name));
    for (const wave of wavesOf(meant).reverse()) {
      await Promise.all(wave.flatMap(({ name }) => this.#processes.get(name)?.managed.stop() ?? []));
    }
  }

  /** A signal waits for a member that ended for lack of work. */
  wake(name: string): void {
    this.#processes.get(name)?.managed.wake();
  }

  /** Those who run read their settings anew. */
  reload(names: readonly string[]): void {
    for (const name of names) this.#processes.get(name)?.managed.reload();
  }

  /** Stops and starts members; nothing is taken for over in between. */
  async restart(members: readonly Member[]): Promise<void> {
    this.#starting += 1;
    try {
      await this.stop(members.map(({ name }) => name));
      await this.start(members);
    } finally {
      this.#starting -= 1;
      this.#endWhenOver();
    }
  }

  async #started(member: Member): Promise<void> {
    const before = this.#processes.get(member.name);
    if (before?.managed.state === 'STOPPING') await before.managed.ended.catch(() => undefined);
    before?.managed.wake();
    if (before !== undefined && !hasEnded(before.managed)) return before.managed.ready;
    const earlierStarts = before === undefined ? 0 : before.earlierStarts + before.managed.starts;
    const managed = this.#keep(member);
    this.#processes.set(member.name, { managed, member, earlierStarts });
    managed.ended.then(
      () => this.#endWhenOver(),
      (error: unknown) => (isHub(member) ? this.#endWithoutHub(error) : this.#endWhenOver()),
    );
    return managed.ready;
  }

  #keep(member: Member): ManagedProcess {
    const { commandOf, policy = DEFAULT_RESTART_POLICY, clock, random, onLine, onTransition } = this.#options;
    return new ManagedProcess({
      name: member.name,
      command: commandOf(member.name),
      policy,
      clock,
      random,
      onLine: (line) => onLine(member.name, line),
      onTransition,
      onStuck: (holders) => this.#endStopped(holders),
    });
  }

  /** A member that is stopped while it holds the journal's lock freezes everybody: it is ended, and started again (D3). */
  #endStopped(holders: readonly number[]): void {
    for (const { managed } of this.#processes.values()) {
      const { pid } = managed;
      if (pid !== undefined && holders.includes(pid) && isStopped(pid)) managed.end(STOPPED_WRITER);
    }
  }

  /** A member that is given up leaves the others running, since nothing is lost meanwhile; without the hub all stop. */
  #endWithoutHub(error: unknown): void {
    this.#hubLost = { error };
    this.#endWhenOver();
  }

  #endWhenOver(): void {
    if (this.#starting > 0) return;
    const lost = this.#hubLost;
    if (lost !== undefined) void this.stop().then(() => this.#failed(lost.error));
    else if ([...this.#processes.values()].every(({ managed }) => hasEnded(managed))) this.#over();
  }
}

const STOPPED_WRITER = 'it was stopped (SIGSTOP) while it held the lock of the journal, and was ended';

/**
 * Starts the hub, then everyone else at once, and resolves when all are ready.
 * A member that cannot start stops the rest and is what this rejects with: a second colony in one home is refused so.
 */
export async function startColony(options: ColonyOptions): Promise<Colony> {
  const colony = new Colony(options);
  const onAbort = () => void colony.stop();
  options.abort?.addEventListener('abort', onAbort, { once: true });
  try {
    await colony.start(options.members, options.abort);
  } catch (error) {
    await colony.stop();
    throw error;
  } finally {
    options.abort?.removeEventListener('abort', onAbort);
  }
  return colony;
}

function wavesOf(members: readonly Member[]): Member[][] {
  return [members.filter(isHub), members.filter((member) => !isHub(member))];
}

function isHub(member: Member): boolean {
  return member.role === 'hub';
}

function hasEnded({ state }: ManagedProcess): boolean {
  return state === 'STOPPED' || state === 'FATAL';
}
