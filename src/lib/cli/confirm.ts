import { createInterface } from 'node:readline/promises';
import { terminalLines } from '../base/terminal-text.js';
import { usageError } from './command-error.js';
import type { OutputMode } from './output-mode.js';

/** Who could be asked. */
export interface ConfirmOptions {
  /** `--yes` was given. */
  yes: boolean;
  mode: OutputMode;
  abort: AbortSignal;
}

/** Asks before something is changed; without a terminal it insists on `--yes`. Throws USAGE. */
export async function confirmed(question: string, { yes, mode, abort }: ConfirmOptions): Promise<boolean> {
  if (yes) return true;
  if (mode !== 'text' || !process.stdin.isTTY) throw needsYes(question);
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question(`${terminalLines(question)} [y/N] `, { signal: abort });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asking.close();
  }
}

function needsYes(question: string) {
  return usageError('This needs to be confirmed', `nobody can be asked here: ${question}`, [
    'add --yes to do it, or --dry-run to see what would be done',
  ]);
}
