/** As much of a stream as is needed. */
interface Written {
  write(line: string, done: (error?: Error | null) => void): unknown;
}

/**
 * Writes lines where they may be lost (a full disk, a pipe that nobody reads) without harm to whoever writes them. How
 * many were lost is told as soon as one is not. The stream's own `error` event needs a listener besides.
 */
export class LossyLines {
  readonly #stream: Written;
  #lost = 0;

  constructor(stream: Written) {
    this.#stream = stream;
  }

  /** One line with its newline. */
  write(line: string): void {
    this.#stream.write(line, (error) => {
      if (error) this.#lost += 1;
      else this.#tell();
    });
  }

  #tell(): void {
    if (this.#lost === 0) return;
    const lost = this.#lost;
    this.#lost = 0;
    this.write(`${lostLinesText(lost)}\n`);
  }
}

/** What stands where lines are missing. */
export function lostLinesText(lost: number): string {
  return `[kloros] ${lost} ${lost === 1 ? 'line' : 'lines'} before this could not be written`;
}
