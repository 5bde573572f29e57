import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Runs a shell's command line on this process's terminal, e.g. an editor, and answers its exit code; null where a signal ended it. */
export async function runInForeground(line: string, args: readonly string[]): Promise<number | null> {
  // The shell sees the arguments as "$@", never as part of the line.
  const child = spawn('/bin/sh', ['-c', `${line} "$@"`, 'sh', ...args], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}
