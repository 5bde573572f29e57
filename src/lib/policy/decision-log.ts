import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from '../base/atomic-file.js';
import { isoTimestamp } from '../base/clock.js';
import { errorCode } from '../base/errors.js';
import { withFileLock } from '../base/file-lock.js';
import { appendJsonLines, readRows } from '../base/json-lines.js';
import { decisionSchema, type Decision } from './decision.js';

/** Where decisions are kept, and how long. */
export interface DecisionLogOptions {
  /** The file that is written; older ones stand beside it with the time at which they were full. */
  path: string;
  maxBytes: number;
  keepDays: number;
  /** By which a file is old; absent for who only reads. */
  ages?: { nowMs(): number };
}

/** What an append did besides. */
export interface Turned {
  /** The file that was full, under its new name. */
  full: string | undefined;
  /** Files that were older than keepDays, and are gone. */
  removed: string[];
}

const DAY_MS = 86_400_000;
const UNCHANGED: Turned = { full: undefined, removed: [] };

/**
 * The decisions of the policy engine, JSON Lines. A line is written before its decision is committed, so that none is
 * missing; a rerun after a crash writes the same id again, and the last line of an id is the one that counts.
 */
export class DecisionLog {
  readonly #options: DecisionLogOptions;

  constructor(options: DecisionLogOptions) {
    this.#options = options;
  }

  /** Appends, durably; a full file is set aside first, and what is too old is removed. */
  async append(decisions: readonly Decision[], nowMs: number): Promise<Turned> {
    if (decisions.length === 0) return UNCHANGED;
    const turned = await this.#turn(nowMs);
    await appendJsonLines(this.#options.path, decisions);
    return turned;
  }

  /** The newest decisions that are wanted, at most `limit`. */
  async newest(limit: number, wanted: (decision: Decision) => boolean = () => true): Promise<Decision[]> {
    const newest: Decision[] = [];
    const seen = new Set<string>();
    for (const file of (await this.#files()).reverse()) {
      for (const decision of (await readRows(file, decisionSchema)).reverse()) {
        if (seen.has(decision.id)) continue;
        seen.add(decision.id);
        if (wanted(decision)) newest.push(decision);
        if (newest.length === limit) return newest;
      }
    }
    return newest;
  }

  async #turn(nowMs: number): Promise<Turned> {
    if ((await sizeOf(this.#options.path)) < this.#options.maxBytes) return UNCHANGED;
    return withFileLock(this.#options.path, async () => {
      if ((await sizeOf(this.#options.path)) < this.#options.maxBytes) return UNCHANGED;
      const full = this.#setAsideAs(nowMs);
      await rename(this.#options.path, full);
      const removed = await this.#removeOld(this.#options.ages?.nowMs() ?? nowMs);
      await syncFolder(dirname(this.#options.path));
      return { full, removed };
    });
  }

  #setAsideAs(nowMs: number): string {
    const stem = this.#options.path.replace(/[.]jsonl$/, '');
    return `${stem}.${isoTimestamp(nowMs).replaceAll(/[-:.]/g, '')}.jsonl`;
  }

  async #removeOld(nowMs: number): Promise<string[]> {
    const removed: string[] = [];
    for (const file of await this.#files()) {
      if (file === this.#options.path) continue;
      if ((await stat(file)).mtimeMs >= nowMs - this.#options.keepDays * DAY_MS) continue;
      await rm(file);
      removed.push(file);
    }
    return removed;
  }

  /** Oldest first, the one that is written last. */
  async #files(): Promise<string[]> {
    const [folder, name] = [dirname(this.#options.path), basename(this.#options.path)];
    const stem = name.replace(/[.]jsonl$/, '');
    const names = await readdir(folder).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    });
    const aside = names.filter((other) => other.startsWith(`${stem}.`) && other.endsWith('.jsonl') && other !== name);
    return [...aside.sort(), name].map((other) => join(folder, other));
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 0;
    throw error;
  }
}
