import { writeFileSafely } from '../base/atomic-file.js';
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/log.js';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { folderKey } from '../base/folder-place.js';
import { ownIdentity } from '../base/process-identity.js';
import { usageOf, type Usage } from '../base/process-usage.js';
import {
  afterSample,
  afterTransition,
  newRecord,
  readChronicle,
  type Chronicle,
  type DaemonRecord,
} from './chronicle.js';
import type { Transition } from './managed-process.js';

/** What a keeper needs. */
export interface KeeperOptions {
  path: string;
  members: readonly { name: string }[];
  clock: Clock;
  log: Logger;
}

const SAMPLE_EVERY_MS = 10_000;

/** Keeps the chronicle of a colony: what happens to its daemons, and what they use, in a file that others may read. */
export class ChronicleKeeper {
  readonly #options: KeeperOptions;
  readonly #startedAtMs: number;
  readonly #records: Map<string, DaemonRecord>;
  readonly #usages = new Map<number, Usage & { monotonicMs: number }>();
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<void> | undefined;
  #isStale = false;
  #hasBegun = false;

  private constructor(options: KeeperOptions, earlier: Chronicle | undefined) {
    this.#options = options;
    this.#startedAtMs = options.clock.nowMs();
    const recordOf = (name: string) =>
      newRecord(
        name,
        this.#startedAtMs,
        earlier?.daemons.find((daemon) => daemon.name === name),
      );
    this.#records = new Map(options.members.map(({ name }) => [name, recordOf(name)]));
    this.#timer = setInterval(() => this.sample(), SAMPLE_EVERY_MS).unref();
  }

  /** Goes on from what an earlier supervisor wrote. */
  static async open(options: KeeperOptions): Promise<ChronicleKeeper> {
    return new ChronicleKeeper(options, await readChronicle(options.path).catch(() => undefined));
  }

  /**
   * Begins to write: a colony that is refused, because another runs here, must not touch what that one's says.
   * Resolves when it is written, for who hears that the colony is ready may look at once.
   */
  async begin(): Promise<void> {
    this.#hasBegun = true;
    this.sample();
    await this.#writing;
  }

  /** A daemon's process changed its state. */
  note(transition: Transition): void {
    const { name } = transition;
    // Who is started later than the others has its record from then on.
    const record = this.#records.get(name) ?? newRecord(name, this.#options.clock.nowMs());
    this.#records.set(name, afterTransition(record, transition, this.#options.clock.nowMs()));
    this.#write();
  }

  /** Measures every process. */
  sample(): void {
    for (const record of this.#records.values()) {
      const sample = record.pid === null ? undefined : this.#measure(record.pid);
      if (sample) this.#records.set(record.name, afterSample(record, sample));
    }
    this.#write();
  }

  /** Writes what is left and stops. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#write();
    await this.#writing;
  }

  /** The first measurement of a process has nothing before it, and so says nothing of its processor time. */
  #measure(pid: number): DaemonRecord['samples'][number] | undefined {
    const { clock } = this.#options;
    const [usage, before, monotonicMs] = [usageOf(pid), this.#usages.get(pid), clock.monotonicMs()];
    if (usage === undefined) return undefined;
    this.#usages.set(pid, { ...usage, monotonicMs });
    if (before === undefined || monotonicMs <= before.monotonicMs) return undefined;
    const cpuPercent = ((usage.cpuMs - before.cpuMs) / (monotonicMs - before.monotonicMs)) * 100;
    return { atMs: clock.nowMs(), cpuPercent: Math.round(cpuPercent * 10) / 10, rssBytes: usage.rssBytes };
  }

  /** One write at a time; what happens meanwhile is in the next. */
  #write(): void {
    if (!this.#hasBegun) return;
    this.#isStale = true;
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = undefined));
  }

  async #writeAll(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      try {
        mkdirSync(dirname(this.#options.path), { recursive: true }); // A cleaner may have had it away.
        await writeFileSafely(this.#options.path, JSON.stringify(this.#chronicle()));
      } catch (error) {
        // What the daemons do matters more than what is remembered of it.
        this.#options.log.warn({ err: error }, `${this.#options.path} cannot be written; kloros health knows less`);
      }
    }
  }

  #chronicle(): Chronicle {
    return {
      supervisor: ownIdentity(),
      folder: folderKey(dirname(this.#options.path)),
      startedAtMs: this.#startedAtMs,
      writtenAtMs: this.#options.clock.nowMs(),
      daemons: [...this.#records.values()],
    };
  }
}
