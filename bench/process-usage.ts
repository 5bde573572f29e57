import { readdirSync, readFileSync } from 'node:fs';
import { round } from './statistics.js';

/** What a process has used since it started, its threads included. */
export interface ProcessUsage {
  /** CPU time of itself, and of its children that have ended. */
  cpuMs: number;
  /** How often it slept and was woken. */
  wakeUps: number;
  /** Memory of its own, and what it shares divided among those that share it. */
  pssMb: number;
  rssMb: number;
}

/** Ticks of /proc/<pid>/stat in a second; fixed on Linux. */
const TICKS_PER_S = 100;
/** Of the fields after the command's name: utime, stime, cutime, cstime (proc(5)). */
const TIMES = [11, 12, 13, 14] as const;
const KIBIBYTES_PER_MB = 1_024;

/** Reads it of a live process from /proc. Throws ENOENT where it has ended. */
export function processUsage(pid: number): ProcessUsage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = TIMES.reduce((sum, field) => sum + Number(fields[field]), 0);
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/status`);
  const wakeUps = threads.reduce((sum, file) => sum + numberIn(file, 'voluntary_ctxt_switches'), 0);
  return {
    cpuMs: (ticks / TICKS_PER_S) * 1_000,
    wakeUps,
    pssMb: round(numberIn(`/proc/${pid}/smaps_rollup`, 'Pss') / KIBIBYTES_PER_MB),
    rssMb: round(numberIn(`/proc/${pid}/status`, 'VmRSS') / KIBIBYTES_PER_MB),
  };
}

/** Process ids of its live children. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

function numberIn(file: string, name: string): number {
  return Number(new RegExp(String.raw`^${name}:\s+(\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1]);
}
