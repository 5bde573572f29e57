import { existsSync } from 'node:fs';
import type { Attendant, Bus, ConsumerStatus, Outage, Pause } from '../bus/bus.js';
import { maintenanceAt, type Maintenance } from '../maintenance/mode.js';

/** A daemon as its operator asks after it. */
export interface Presence {
  name: string;
  /** Processes of it that live, the further instances too. */
  pids: number[];
  /** Signals that it has still to handle, those in backoff included; null for one that hears nothing. */
  waiting: number | null;
  /** Signals in its hands. */
  running: number | null;
  /** Epoch milliseconds; null when it never handled one. */
  lastHandledAtMs: number | null;
  /** Of its live instances: what they stand on fails. */
  outages: Outage[];
  /** By whose word it consumes nothing. */
  pause: Pause | null;
  maintenance: Maintenance | null;
}

/** A daemon as far as a roll call cares. */
export interface Called {
  name: string;
  role?: 'hub';
}

/** What is asked, and when. */
export interface RollCall<D extends Called> {
  daemons: readonly D[];
  maintenancePath: string;
  nowMs: number;
}

/** How each daemon stands; of a home without a journal nobody is there. The hub carries on in every maintenance. */
export async function callRoll<D extends Called>(
  bus: Bus | undefined,
  { daemons, maintenancePath, nowMs }: RollCall<D>,
): Promise<{ daemon: D; presence: Presence }[]> {
  const consumers = new Map((await bus?.consumers())?.map((status) => [status.name, status]));
  const attendants = (await bus?.attendants()) ?? [];
  const maintenance = maintenanceAt(maintenancePath, { nowMs: () => nowMs }) ?? null;
  return Promise.all(
    daemons.map(async (daemon) => {
      const there = presenceOf(daemon.name, attendants, consumers.get(daemon.name));
      if (daemon.role === 'hub') return { daemon, presence: { ...there, pause: null, maintenance: null } };
      return { daemon, presence: { ...there, pause: (await bus?.pauseOf(daemon.name)) ?? null, maintenance } };
    }),
  );
}

/** Whether there is anything to ask: looking must not make the home that it looks for. */
export function hasJournal(path: string): boolean {
  return existsSync(path);
}

function presenceOf(name: string, attendants: readonly Attendant[], status: ConsumerStatus | undefined) {
  return {
    name,
    pids: attendants.filter((attendant) => attendant.name === name).map(({ pid }) => pid),
    waiting: status === undefined ? null : status.lag + status.waiting,
    running: status?.running ?? null,
    lastHandledAtMs: status?.lastHandledAtMs ?? null,
    outages: status?.outages ?? [],
  };
}
