import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/lib/base/clock.js';
import type { DeadLetterDraft, Draft } from '../../src/lib/bus/bus.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import { IntentRouter } from '../../src/lib/intents/router.js';
import { removeHome, silentLog, temporaryConfig } from './colony.js';

/** A router at work on a real folder; what it says is collected, and the files leave as after a commit. */
export interface RunningRouter {
  config: Config;
  folder: string;
  quarantine: string;
  /** Committed. */
  signals: Draft[];
  /** Said, committed or not. */
  said: Draft[];
  deadLetters: Omit<DeadLetterDraft, 'daemon'>[];
  /** Sizes of the batches. */
  batches: number[];
  /** Writes a file as its writer would: beside it, then renamed. */
  put(name: string, intent: unknown): void;
  /** Names in the intents folder. */
  left(): string[];
  quarantined(): string[];
  stop(): Promise<void>;
}

/** How a test's router differs. */
export interface RouterSettings {
  /** Overrides of `intents` in the configuration. */
  intents?: Record<string, unknown>;
  sourceRoots?: string[];
  rescanMs?: number;
  /** Runs before a batch counts as committed; may throw to play a crash. */
  beforeCommit?: (folder: string) => void;
  /** Runs before the router starts. */
  prepare?: (folder: string) => void;
  log?: typeof silentLog;
  /** Goes on in the home of an earlier one. */
  config?: Config;
}

/** The intent of a question. */
export function questionIntent(id: string, more: Record<string, unknown> = {}) {
  return { type: 'discover.module', id, data: { question: `What is ${id}?` }, ...more };
}

/** Starts a router in a temporary home. */
export async function startRouter(settings: RouterSettings = {}): Promise<RunningRouter> {
  const { intents = {}, sourceRoots } = settings;
  const config =
    settings.config ??
    (await temporaryConfig({ intents: { stillMs: 60, ...intents }, ...(sourceRoots ? { sourceRoots } : {}) }));
  const { intents: folder, quarantine } = pathsOf(config);
  mkdirSync(folder, { recursive: true });
  settings.prepare?.(folder);
  const abort = new AbortController();
  const rescan = settings.rescanMs === undefined ? {} : { rescanMs: settings.rescanMs };
  const log = settings.log ?? silentLog;
  const router = new IntentRouter({ config, clock: systemClock, log, abort: abort.signal, ...rescan });
  const running = {
    config,
    folder,
    quarantine,
    signals: [] as Draft[],
    said: [] as Draft[],
    deadLetters: [] as RunningRouter['deadLetters'],
  };
  const batches: number[] = [];
  const done = (async () => {
    for await (const batch of router.batches()) {
      running.said.push(...(batch.signals ?? []));
      settings.beforeCommit?.(folder);
      batches.push((batch.signals?.length ?? 0) + (batch.deadLetters?.length ?? 0));
      running.signals.push(...(batch.signals ?? []));
      running.deadLetters.push(...(batch.deadLetters ?? []));
      await batch.committed();
    }
  })();
  done.catch(() => undefined); // A crash that a test plays; stop() tells of any other.
  const names = (path: string) => {
    try {
      return readdirSync(path);
    } catch {
      return [];
    }
  };
  return {
    ...running,
    batches,
    put: (name, intent) => {
      writeFileSync(join(folder, `${name}.tmp`), typeof intent === 'string' ? intent : JSON.stringify(intent));
      renameSync(join(folder, `${name}.tmp`), join(folder, name));
    },
    left: () => names(folder),
    quarantined: () => names(quarantine).filter((name) => !name.endsWith('.why.json')),
    stop: async () => {
      abort.abort();
      await done;
    },
  };
}

/** Stops a router and removes its home. */
export async function endRouter(router: RunningRouter): Promise<void> {
  await router.stop().catch(() => undefined);
  removeHome(router.config);
}
