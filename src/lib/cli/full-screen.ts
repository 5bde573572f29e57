import { emitKeypressEvents } from 'node:readline';
import ansiEscapes from 'ansi-escapes';
import { terminalOutput } from '../base/terminal-text.js';
import type { Key } from '../operator/top/press.js';
import type { Size } from './top-screen.js';

/** The terminal as one screen, given back as it was by close(). */
export interface FullScreen {
  size(): Size;
  draw(lines: readonly string[]): void;
  close(): void;
}

/** What the screen tells. */
export interface ScreenEvents {
  onKey: (key: Key) => void;
  onResize: () => void;
}

const CLEAR_LINE = ansiEscapes.eraseEndLine;

/** Takes the terminal over: another screen, no cursor, single keys. */
export function openFullScreen({ onKey, onResize }: ScreenEvents): FullScreen {
  const { stdin, stdout } = process;
  const hear = (_text: string | undefined, key: Key) => onKey(key);
  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  stdin.resume().on('keypress', hear);
  stdout.on('resize', onResize);
  stdout.write(ansiEscapes.enterAlternativeScreen + ansiEscapes.cursorHide);
  return {
    size: () => ({ columns: stdout.columns, rows: stdout.rows }),
    // One write, each line over the old one: what does not change does not flicker.
    draw: (lines) => {
      stdout.write(
        ansiEscapes.cursorTo(0, 0) +
          lines.map((line) => terminalOutput(line).replaceAll('\n', ' ') + CLEAR_LINE).join('\n') +
          ansiEscapes.eraseDown,
      );
    },
    close: () => {
      stdout.off('resize', onResize);
      stdin.off('keypress', hear);
      stdin.setRawMode(false);
      stdin.pause();
      stdout.write(ansiEscapes.cursorShow + ansiEscapes.exitAlternativeScreen);
    },
  };
}
