import type { OutputMode } from './output-mode.js';

const WIDTH = 30;
const ERASE = '\r\u001b[2K';

/** A bar on stderr, on a terminal only. */
export interface ProgressLine {
  show: (done: number, total: number) => void;
  /** Takes the bar away. */
  end: () => void;
}

/** A bar for people; silent for programs and in a pipe. */
export function progressLine(label: string, mode: OutputMode): ProgressLine {
  if (mode !== 'text' || !process.stderr.isTTY) return { show: () => undefined, end: () => undefined };
  return {
    show: (done, total) => void process.stderr.write(`${ERASE}${label} ${bar(done, total)} ${done} of ${total}`),
    end: () => void process.stderr.write(ERASE),
  };
}

/** A share as blocks: `bar(1, 2)` is half full. */
export function bar(part: number, whole: number, width = WIDTH): string {
  const full = whole === 0 ? 0 : Math.round((part / whole) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}
