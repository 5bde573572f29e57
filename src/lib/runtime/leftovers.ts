import type { Stats } from 'node:fs';
import { lstat, rm } from 'node:fs/promises';
import { basename, dirname, relative } from 'node:path';
import type { Clock } from '../base/clock.js';
import { isAbandonedDraft } from '../base/drafts.js';
import { pidsHolding } from '../base/file-holders.js';
import { removeUnlocked } from '../base/file-lock.js';
import type { Logger } from '../base/log.js';
import { filesBelow } from '../base/walk.js';
import type { Config } from '../config/schema.js';

/** Whose files are looked after. */
export interface LeftoversOptions {
  config: Pick<Config, 'home' | 'capabilitiesPath' | 'deployRoot'>;
  clock: Pick<Clock, 'monotonicMs'>;
  log: Logger;
}

/** A file as it lay there, and since when. */
interface Seen {
  mark: string;
  sinceMs: number;
}

/** No write takes so long. Measured by this process, since a file's time is only as right as the wall clock was. */
const LIES_STILL_MS = 5 * 60_000;
const LEVELS = 3;

/** Files of a home that older versions replaced by way of `<name>.<number>`, or that are locked by way of `<name>.lock`. */
const WRITTEN = [
  'run/[^/]+\\.json',
  'run/(?:figures|wire|reloads|rest|otlp|replays)/[^/]+',
  'evidence/.+\\.json',
  'dream_lab/[^/]+/(?:experiments|progress|result|tournament)\\.json',
  '(?:capabilities|config)\\.yaml',
  '(?:curiosity_investigations|failed_signals|failed_signals\\.archive|policy_decisions)\\.jsonl',
  '(?:systemd|peers)\\.json',
  'maintenance_mode',
].join('|');
const OLD_DRAFT = new RegExp(`^(?:${WRITTEN})\\.\\d{1,10}$`);
const LOCK = new RegExp(`^(?:${WRITTEN})\\.lock$`);

/**
 * Removes what killed writers left behind: drafts of files, by whatever name a version of kloros gave them, and files of
 * locks that nobody has. Each must have been seen to lie still for minutes, and its writer is proven to have ended: by
 * the name of the draft, by nobody who has it open, by the lock. What has another name is never touched.
 */
export class Leftovers {
  readonly #options: LeftoversOptions;
  #seen = new Map<string, Seen>();
  #sweeping: Promise<void> | undefined;

  constructor(options: LeftoversOptions) {
    this.#options = options;
  }

  /** One look at all folders; calls that overlap share it. Never rejects. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep()
      .catch((error: unknown) => this.#options.log.debug({ err: error }, 'Leftovers could not be looked for'))
      .finally(() => (this.#sweeping = undefined));
    return this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const { config, log } = this.#options;
    const before = this.#seen;
    this.#seen = new Map();
    const removed: string[] = [];
    for (const folder of new Set([config.home, dirname(config.capabilitiesPath), config.deployRoot])) {
      const levels = folder === dirname(config.capabilitiesPath) && folder !== config.home ? 0 : LEVELS;
      for await (const path of filesBelow(folder, levels))
        if (this.#isLeft(path) && (await this.#removed(path, before.get(path)))) removed.push(path);
    }
    if (removed.length > 0) log.info({ files: removed.slice(0, MOST_NAMED) }, removedText(removed.length));
  }

  #isLeft(path: string): boolean {
    const name = relative(this.#options.config.home, path);
    return isAbandonedDraft(basename(path)) || OLD_DRAFT.test(name) || LOCK.test(name);
  }

  async #removed(path: string, seen: Seen | undefined): Promise<boolean> {
    const nowMs = this.#options.clock.monotonicMs();
    const stat = await lstat(path).catch(() => undefined);
    if (stat === undefined) return false;
    const mark = `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
    const sinceMs = seen?.mark === mark ? seen.sinceMs : nowMs;
    this.#seen.set(path, { mark, sinceMs });
    return nowMs - sinceMs >= LIES_STILL_MS && (await isNobodys(path, stat)) && (await remove(path));
  }
}

/** Whoever writes an old draft has it open, and whoever has a lock has it from the kernel; the name of a new one says it. */
async function isNobodys(path: string, stat: Stats): Promise<boolean> {
  if (isAbandonedDraft(basename(path))) return true;
  if (stat.uid !== process.getuid?.()) return false;
  return LOCK_NAME.test(path) ? stat.size === 0 : (await pidsHolding(stat)).length === 0;
}

async function remove(path: string): Promise<boolean> {
  if (LOCK_NAME.test(path)) return removeUnlocked(path).catch(() => false);
  return rm(path).then(
    () => true,
    () => false,
  );
}

const LOCK_NAME = /\.lock$/;
const MOST_NAMED = 20;

function removedText(count: number): string {
  return `Removed ${count} ${count === 1 ? 'file' : 'files'} that killed processes had begun, and nobody will finish`;
}
