import { readFileSync } from 'node:fs';
import { errorCode } from './errors.js';

/** Names one process for ever: a pid alone is reused, and starts again after a boot. */
export interface ProcessIdentity {
  bootId: string;
  pid: number;
  /** Clock ticks after boot at which it started, /proc/<pid>/stat field 22. */
  startTicks: string;
}

const BOOT_ID = '/proc/sys/kernel/random/boot_id';
// Fields after the command's closing bracket: state is the first, start time the twentieth (proc(5)).
const STATE_FIELD = 0;
const STOPPED_STATES: ReadonlySet<string> = new Set(['T', 't']);
const PARENT_FIELD = 1;
const START_FIELD = 19;

/** This process. */
export function ownIdentity(): ProcessIdentity {
  const start = readStat(process.pid)?.startTicks ?? '';
  return { bootId: readFileSync(BOOT_ID, 'utf8').trim(), pid: process.pid, startTicks: start };
}

/** Whether that very process still runs; a zombie does not. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.bootId !== readFileSync(BOOT_ID, 'utf8').trim()) return false;
  const stat = readStat(identity.pid);
  return stat !== undefined && stat.state !== 'Z' && stat.startTicks === identity.startTicks;
}

/** Sends a signal to that very process and to no other that has its pid since; answers whether it lives. Throws EPERM. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals | 0): boolean {
  if (!isAlive(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
    throw error;
  }
}

/** Whether a process was stopped (SIGSTOP, a debugger) and has not gone on. */
export function isStopped(pid: number): boolean {
  return STOPPED_STATES.has(readStat(pid)?.state ?? '');
}

/** Clock ticks after boot at which a process started; undefined where it has gone. */
export function startTicksOf(pid: number): string | undefined {
  return readStat(pid)?.startTicks;
}

/** A process as people know it. */
export interface ProcessDescription {
  pid: number;
  /** Its command line, words separated by spaces. */
  command: string;
}

/** The process that started this one, where it can be seen. */
export function parentOf(pid: number): ProcessDescription | undefined {
  const parent = readStat(pid)?.parent ?? 0;
  return parent > 1 ? { pid: parent, command: commandOf(parent) } : undefined;
}

/** Command line of a process, empty where it has gone. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return ''; // It ended meanwhile.
  }
}

function readStat(pid: number): { state: string; parent: number; startTicks: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return {
      state: fields[STATE_FIELD] ?? '',
      parent: Number(fields[PARENT_FIELD]),
      startTicks: fields[START_FIELD] ?? '',
    };
  } catch {
    return undefined; // No such process.
  }
}
