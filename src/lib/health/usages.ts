import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../base/clock.js';
import { usageOf } from '../base/process-usage.js';
import type { Sample } from '../supervise/chronicle.js';
import type { DaemonStanding, Standing } from './standing.js';

/** What a daemon used over time; at least one sample. */
export interface DaemonUsage {
  name: string;
  samples: readonly Sample[];
}

const MOMENT_MS = 300;

/** The series that the supervisor keeps; what systemd counted since the start; else what is used in this moment. */
export async function usagesOf({ keeper, daemons }: Standing, clock: Clock): Promise<DaemonUsage[]> {
  if (keeper === 'systemd') return daemons.flatMap((daemon) => servedUsage(daemon, clock.nowMs()));
  const alive = daemons.flatMap(({ name, pid, record }) => (pid === null ? [] : [{ name, pid, record }]));
  const isFresh = ({ record }: (typeof alive)[number]) => (record?.samples.length ?? 0) > 0;
  const now = await momentOf(
    alive.filter((one) => !isFresh(one)),
    clock,
  );
  const known = alive.filter(isFresh).map(({ name, record }) => ({ name, samples: record?.samples ?? [] }));
  return [...known, ...now];
}

/** Processor time of all that a service started, since it was; memory of its process, as a control group's includes cached files. */
function servedUsage({ name, pid, unit }: DaemonStanding, nowMs: number): DaemonUsage[] {
  if (pid === null || unit === undefined) return [];
  const { cpuMs, activeSinceMs, memoryBytes } = unit;
  const passedMs = activeSinceMs === null ? 0 : nowMs - activeSinceMs;
  const cpuPercent = cpuMs === null || passedMs <= 0 ? 0 : (cpuMs / passedMs) * 100;
  const rssBytes = usageOf(pid)?.rssBytes ?? memoryBytes ?? 0;
  return [{ name, samples: [{ atMs: nowMs, cpuPercent, rssBytes }] }];
}

async function momentOf(daemons: readonly { name: string; pid: number }[], clock: Clock): Promise<DaemonUsage[]> {
  if (daemons.length === 0) return [];
  const look = () => daemons.map(({ pid }) => usageOf(pid));
  const [before, startMs] = [look(), clock.monotonicMs()];
  await sleep(MOMENT_MS);
  const [after, passedMs] = [look(), clock.monotonicMs() - startMs];
  return daemons.flatMap(({ name }, index) => {
    const [first, last] = [before[index], after[index]];
    if (first === undefined || last === undefined) return [];
    const cpuPercent = ((last.cpuMs - first.cpuMs) / passedMs) * 100;
    return [{ name, samples: [{ atMs: clock.nowMs(), cpuPercent, rssBytes: last.rssBytes }] }];
  });
}
