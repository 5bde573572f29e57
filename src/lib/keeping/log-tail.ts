import { openSync, closeSync, fstatSync, readSync, readFileSync, statSync } from 'node:fs';
import { errorCode } from '../base/errors.js';
import { tryWatch } from '../base/try-watch.js';
import { WakeUp } from '../base/wake-up.js';
import { logFilesOf, logPath } from '../supervise/log-files.js';

/** A line that a daemon wrote to its log file. */
export interface LoggedLine {
  daemon: string;
  text: string;
  /** Epoch milliseconds; of a line that has none (a crash), that of the line before. */
  atMs: number;
}

/** The last lines of several daemons' log files, in order of time. */
export function lastLines(folder: string, daemons: readonly string[], count: number): LoggedLine[] {
  const lines = daemons.flatMap((daemon) => tailOf(folder, daemon, count));
  // Stable, so that a stack trace stays behind the line before it.
  return count === 0 ? [] : lines.sort((a, b) => a.atMs - b.atMs).slice(-count);
}

/** The lines of several daemons' log files since then, in order of time. */
export function linesSince(folder: string, daemons: readonly string[], sinceMs: number): LoggedLine[] {
  const lines = daemons.flatMap((daemon) => tailOf(folder, daemon, Infinity));
  return lines.filter(({ atMs }) => atMs >= sinceMs).sort((a, b) => a.atMs - b.atMs);
}

function tailOf(folder: string, daemon: string, count: number): LoggedLine[] {
  const found: string[][] = [];
  for (const file of logFilesOf(folder, daemon).reverse()) {
    if (found.flat().length >= count) break;
    found.unshift(readFileSync(file, 'utf8').split('\n').filter(Boolean));
  }
  return withTimes(daemon, found.flat().slice(-count));
}

function withTimes(daemon: string, texts: readonly string[]): LoggedLine[] {
  let atMs = 0;
  return texts.map((text) => ({ daemon, text, atMs: (atMs = timeOf(text) ?? atMs) }));
}

function timeOf(text: string): number | undefined {
  return Number(/"time":(\d+)/.exec(text)?.[1]) || undefined;
}

const LOOK_EVERY_MS = 1_000;

/** What is written from now on, until the abort; a file that is set aside is read to its end, then the new one. */
export async function* followLines(
  folder: string,
  daemons: readonly string[],
  abort: AbortSignal,
): AsyncGenerator<LoggedLine> {
  const news = new WakeUp();
  const watcher = tryWatch(
    folder,
    () => news.call(),
    () => undefined, // It is looked at every second in any case.
  );
  const tails = daemons.map((daemon) => new Tail(daemon, folder));
  try {
    while (!abort.aborted) {
      yield* tails.flatMap((tail) => tail.read()).sort((a, b) => a.atMs - b.atMs);
      await news.rest(LOOK_EVERY_MS, abort);
    }
  } finally {
    watcher?.close();
    for (const tail of tails) tail.close();
  }
}

const NEWLINE = 0x0a;

/** One file, followed by its descriptor, so that a rename in the middle loses nothing. */
class Tail {
  readonly #daemon: string;
  readonly #folder: string;
  #file: number | undefined;
  #offset = 0;

  constructor(daemon: string, folder: string) {
    this.#daemon = daemon;
    this.#folder = folder;
    this.#file = opened(logPath(folder, daemon));
    if (this.#file !== undefined) this.#offset = fstatSync(this.#file).size;
  }

  /** What the open file has got, and then whole whatever was begun after it. */
  read(): LoggedLine[] {
    const lines = this.#readOpen();
    for (const path of this.#newer()) {
      this.close();
      [this.#file, this.#offset] = [opened(path), 0];
      lines.push(...this.#readOpen());
    }
    return lines;
  }

  #newer(): string[] {
    const files = logFilesOf(this.#folder, this.#daemon);
    const own = this.#file === undefined ? undefined : fstatSync(this.#file).ino;
    return files.slice(files.findIndex((path) => statSync(path, { throwIfNoEntry: false })?.ino === own) + 1);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }

  /** Whole lines only; the rest is read when its end is there. */
  #readOpen(): LoggedLine[] {
    if (this.#file === undefined) return [];
    const bytes = Buffer.alloc(Math.max(0, fstatSync(this.#file).size - this.#offset));
    const read = readSync(this.#file, bytes, 0, bytes.length, this.#offset);
    const end = bytes.subarray(0, read).lastIndexOf(NEWLINE) + 1;
    this.#offset += end;
    return withTimes(this.#daemon, bytes.subarray(0, end).toString().split('\n').filter(Boolean));
  }
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
