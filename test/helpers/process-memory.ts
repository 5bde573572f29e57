import { readFileSync } from 'node:fs';

/** Highest resident set that a process had so far, in MiB (proc(5)). */
export function peakMb(pid: number): number {
  const kibibytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kibibytes) / 1024);
}

/** Resident set of a process at this moment, in MiB (proc(5)). */
export function residentMb(pid: number): number {
  const kibibytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kibibytes) / 1024);
}
