import chalk from 'chalk';
import { terminalLine } from '../base/terminal-text.js';
import type { JournalLine } from '../systemd/journal.js';

const WARNING = 4;

/** A line of systemd's journal, for people. */
export function journalText({ time, daemon, text, priority }: JournalLine): string {
  const line = terminalLine(text);
  const words = line.startsWith(`[${daemon}]`) ? line : `[${daemon}] ${line}`;
  const paint = priority < WARNING ? chalk.red : priority === WARNING ? chalk.yellow : (same: string) => same;
  return `${chalk.dim(time)} ${paint(words)}`;
}
