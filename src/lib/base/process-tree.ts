import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 100;

/** A watch that can be ended. */
export interface Watch {
  end(): void;
}

/** Calls `exceeded` once all processes below a pid together hold more resident memory than the limit. */
export function watchMemory(pid: number | undefined, limitBytes: number, exceeded: () => void): Watch {
  if (pid === undefined) return { end: () => undefined };
  const timer = setInterval(() => {
    if (residentBytes(pid) <= limitBytes) return;
    clearInterval(timer);
    exceeded();
  }, LOOK_EVERY_MS);
  return { end: () => clearInterval(timer) };
}

/** Resident memory of a process and of everything that it started, in bytes. */
function residentBytes(pid: number): number {
  return childrenOf(pid).reduce((sum, child) => sum + residentBytes(child), ownBytes(pid));
}

function ownBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readText(`/proc/${pid}/status`))?.[1];
  return Number(kib ?? 0) * 1024;
}

function childrenOf(pid: number): number[] {
  return readText(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // It has ended meanwhile.
  }
}
