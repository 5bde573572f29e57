import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { lostLinesText } from '../base/lossy-lines.js';

/** Where lines go, and how much of them is kept. */
export interface LogFilesOptions {
  folder: string;
  /** A file that is larger is set aside before the next line. */
  maxBytes: number;
  /** So many files that were set aside are kept, besides the one that is written. */
  keep: number;
}

/**
 * Log files of a supervisor without a terminal, one for each daemon: `intent_router.log`, and what was set aside as
 * `.log.1` (the newest) and up. A line is with the kernel before the next is read, so that the last words of whoever
 * dies are there; libraries that rotate keep lines in their own memory first.
 */
export class LogFiles {
  readonly #options: LogFilesOptions;
  readonly #sizes = new Map<string, number>();
  readonly #lost = new Map<string, number>();

  constructor(options: LogFilesOptions) {
    this.#options = options;
    mkdirSync(options.folder, { recursive: true });
  }

  /** A disk that is full costs lines and no daemon; how many is told in the file as soon as one can be written. */
  write(daemon: string, line: string): void {
    const lost = this.#lost.get(daemon) ?? 0;
    try {
      if (lost > 0) this.#append(daemon, lostLinesText(lost));
      this.#lost.delete(daemon);
      this.#append(daemon, line);
    } catch {
      this.#lost.set(daemon, (this.#lost.get(daemon) ?? 0) + 1);
    }
  }

  #append(daemon: string, line: string): void {
    const path = logPath(this.#options.folder, daemon);
    const text = `${line}\n`;
    const size = (this.#sizes.get(path) ?? sizeOf(path)) + Buffer.byteLength(text);
    const isFull = size > this.#options.maxBytes && size > Buffer.byteLength(text);
    if (isFull) this.#setAside(path);
    appendFileSync(path, text);
    this.#sizes.set(path, isFull ? Buffer.byteLength(text) : size);
  }

  #setAside(path: string): void {
    const { keep } = this.#options;
    rmSync(`${path}.${keep}`, { force: true });
    for (let age = keep - 1; age >= 0; age -= 1) {
      const older = age === 0 ? path : `${path}.${age}`;
      if (statSync(older, { throwIfNoEntry: false })) renameSync(older, `${path}.${age + 1}`);
    }
    if (keep === 0) rmSync(path, { force: true });
  }
}

/** The file that a daemon's lines go to. */
export function logPath(folder: string, daemon: string): string {
  return join(folder, `${daemon}.log`);
}

/** Files of a daemon, the oldest first. */
export function logFilesOf(folder: string, daemon: string): string[] {
  const name = `${daemon}.log`;
  const ageOf = (file: string) => (file === name ? 0 : Number(file.slice(name.length + 1)));
  return namesIn(folder)
    .filter((file) => file === name || (file.startsWith(`${name}.`) && Number.isInteger(ageOf(file))))
    .sort((a, b) => ageOf(b) - ageOf(a))
    .map((file) => join(folder, file));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // Nothing was ever detached here.
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
