import { readFileSync } from 'node:fs';

/** What a process has used so far, and what it holds now. */
export interface Usage {
  /** Processor time since its start, user and system. */
  cpuMs: number;
  rssBytes: number;
}

// Fields after the command's closing bracket (proc(5)): utime is the twelfth, stime the thirteenth.
const USER_FIELD = 11;
const SYSTEM_FIELD = 12;
const RSS_FIELD = 21;
/** Linux tells every program 100 ticks a second, whatever its own clock does. */
const TICK_MS = 10;
const PAGE_BYTES = 4_096;

/** What a process uses; undefined where it has gone or the system has no /proc. */
export function usageOf(pid: number): Usage | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const ticks = (fields[USER_FIELD] ?? 0) + (fields[SYSTEM_FIELD] ?? 0);
    return { cpuMs: ticks * TICK_MS, rssBytes: (fields[RSS_FIELD] ?? 0) * PAGE_BYTES };
  } catch {
    return undefined; // It ended meanwhile.
  }
}
