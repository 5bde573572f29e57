import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { isStopped } from '../../base/process-identity.js';

/** Who waits for the journal's lock so long looks whether its holder stands still. */
export const RESUME_AFTER_MS = 2_000;

const PROGRAM = /^(?:kloros|run\.js|dev\.js)$/;

/**
 * Lets commands of ours go on that were stopped (SIGSTOP) in the middle of a commit, which takes them a moment: until
 * then nobody else can write. Daemons are left to their supervisor. The pids hold the lock of this very journal; whose
 * process it is, and what it runs, the kernel says. Answers those that go on.
 */
export function resumeStoppedCommands(pids: readonly number[]): number[] {
  return pids.filter((pid) => isOurStoppedCommand(pid) && resumed(pid));
}

function isOurStoppedCommand(pid: number): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const program = words.findIndex((word) => PROGRAM.test(basename(word)));
    const [topic, verb] = words.slice(program + 1);
    const isDaemon = topic === 'daemon' && verb === 'run';
    return program !== -1 && !isDaemon && isStopped(pid) && statSync(`/proc/${pid}`).uid === process.getuid?.();
  } catch {
    return false; // It has ended meanwhile.
  }
}

function resumed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGCONT');
  } catch {
    return false;
  }
}
