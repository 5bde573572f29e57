import { cutText } from '../base/cut-text.js';
import type { AllowedCommand } from '../config/healing.js';
import { markIn } from '../base/marked-processes.js';
import { runGuarded, type GuardedResult } from '../base/guarded-process.js';

/** A program of the allow-list that is run for a repair. */
export interface CommandRun {
  command: AllowedCommand;
  /** Where it runs, and what it is told in its environment. */
  home: string;
  repair: string;
  rule: string;
  subject: string;
  abort: AbortSignal;
}

/** How it ended, in words. */
export interface CommandEnd {
  succeeded: boolean;
  detail: string;
}

const MEMORY_BYTES = 512 * 1024 * 1024;
/** So much of what it printed is told. */
const TOLD_CHARACTERS = 500;

/** Stands in the environment of all that a repair of this home starts. */
export function markOf(home: string, repair: string): string {
  return markIn(home, `repair-${repair}`);
}

/** Runs it within its limits and ends whatever it started. No fact of a signal is on its command line. */
export async function runCommand({ command, home, repair, rule, subject, abort }: CommandRun): Promise<CommandEnd> {
  const result = await runGuarded({
    command: command.path,
    args: command.args,
    cwd: home,
    env: { KLOROS_HOME: home, KLOROS_REPAIR_ID: repair, KLOROS_REPAIR_RULE: rule, KLOROS_REPAIR_SUBJECT: subject },
    input: '',
    timeoutMs: command.timeoutMs,
    memoryBytes: MEMORY_BYTES,
    maxStdoutBytes: command.maxOutputBytes,
    mark: markOf(home, repair),
    abort,
  });
  return { succeeded: result.end === 'exited' && result.exitCode === 0, detail: wordsOf(result, command) };
}

function wordsOf({ end, exitCode, stdout, stderr }: GuardedResult, { path, timeoutMs }: AllowedCommand): string {
  const how = {
    exited: `ended with exit code ${exitCode ?? 'unknown'}`,
    'timed-out': `was ended after ${timeoutMs} ms`,
    'out-of-memory': 'was ended, as it took too much memory',
    'too-much-output': 'was ended, as it printed too much',
    aborted: 'was ended with its daemon',
    'not-started': 'could not be started',
  }[end];
  const printed = cutText(stdout.trim() || stderr.trim(), TOLD_CHARACTERS);
  return `${path} ${how}${printed === '' ? '' : `: ${printed}`}`;
}
