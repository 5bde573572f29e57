import type { ConsumerStatus } from '../bus/bus.js';
import type { Holding, Observer } from '../bus/observer.js';

const DAY_MS = 86_400_000;

/** A consumer with what the journal keeps for it. */
export interface ListedConsumer {
  name: string;
  hears: string[];
  enabled: boolean;
  /** A daemon of this version; others were renamed or removed, or are somebody else's. */
  declared: boolean;
  pids: number[];
  /** Not yet seen. */
  unseen: number;
  /** Begun with and not ended. */
  open: number;
  /** Epoch milliseconds of the oldest that is unseen or open; null where there is none. */
  oldestAtMs: number | null;
  lastHandledAtMs: number | null;
  deadLetters: number;
  holds: Omit<Holding, 'consumer'>;
}

/** What is asked, and of whom. */
export interface ConsumersQuery {
  observer: Pick<Observer, 'consumers' | 'waits' | 'holdings' | 'deadLetters'>;
  /** Names of the daemons of this version. */
  declared: readonly string[];
  /** What retention removes is older than this. */
  retentionDays: number;
  nowMs: number;
}

/** Who has a place in the journal, and what is kept for each; those that hold back the most first. */
export function listConsumers({ observer, declared, retentionDays, nowMs }: ConsumersQuery): ListedConsumer[] {
  const waits = new Map(observer.waits().map(({ consumer, atMs }) => [consumer, atMs]));
  const holdings = new Map(observer.holdings(nowMs - retentionDays * DAY_MS).map((one) => [one.consumer, one]));
  const dead = countDead(observer);
  const rows = observer.consumers().map((status) => ({
    ...ownPart(status),
    declared: declared.includes(status.name),
    oldestAtMs: waits.get(status.name) ?? null,
    deadLetters: dead.get(status.name) ?? 0,
    holds: heldBy(holdings.get(status.name)),
  }));
  return rows.sort((a, b) => b.holds.bytes - a.holds.bytes);
}

function ownPart({ name, hears, enabled, pids, lag, running, waiting, lastHandledAtMs }: ConsumerStatus) {
  return { name, hears, enabled, pids, unseen: lag, open: running + waiting, lastHandledAtMs };
}

function heldBy(holding: Holding | undefined): ListedConsumer['holds'] {
  const { signals = 0, bytes = 0, overdue = 0 } = holding ?? {};
  return { signals, bytes, overdue };
}

function countDead(observer: Pick<Observer, 'deadLetters'>): Map<string, number> {
  const counts = new Map<string, number>();
  for (let page = observer.deadLetters(0); page.length > 0; page = observer.deadLetters(page.at(-1)?.number ?? 0)) {
    for (const { daemon } of page) counts.set(daemon, (counts.get(daemon) ?? 0) + 1);
  }
  return counts;
}
