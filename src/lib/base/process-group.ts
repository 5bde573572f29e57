import type { Options } from 'execa';
import { after } from './timers.js';

/** What a finished command left behind. */
export interface CommandResult {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
  timedOut: boolean;
}

/** How a command may run. */
export interface CommandOptions {
  timeoutMs: number;
  cwd?: string;
  env?: Record<string, string>;
  input?: string;
  /** Output kept of each stream, default 1 MiB. */
  maxBytes?: number;
  abort?: AbortSignal;
}

/**
 * Runs a command in a process group of its own and ends the whole group at the limit:
 * execa's own timeout ends only the direct child, and a grandchild that holds stdout would block.
 * A command that cannot be started, or fails, is a result and not an exception.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  // Read with the first command: most processes never start one, and reading execa takes as long as starting Node.
  const { execa } = await import('execa');
  const child = execa(command, args, execaOptions(options));
  let timedOut = false;
  const end = () => endGroup(child.pid);
  const timer = after(options.timeoutMs, () => {
    timedOut = true;
    end();
  });
  options.abort?.addEventListener('abort', end, { once: true });
  if (options.abort?.aborted) end();
  try {
    const result = await child;
    const notStarted = result.exitCode === undefined && result.failed ? result.shortMessage : '';
    return {
      exitCode: result.exitCode,
      stdout: result.stdout,
      stderr: `${result.stderr}${notStarted}`,
      timedOut,
    };
  } finally {
    timer.clear();
    options.abort?.removeEventListener('abort', end);
    end();
  }
}

function execaOptions(options: CommandOptions) {
  return {
    detached: true,
    reject: false,
    maxBuffer: options.maxBytes ?? 1_048_576,
    stdin: options.input === undefined ? 'ignore' : 'pipe',
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  } satisfies Options;
}

function endGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    return; // The group has ended by itself.
  }
}
