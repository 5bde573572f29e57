const NEWLINE = 0x0a;

/** Lines without their newlines, byte for byte; empty ones are left out. */
export function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(NEWLINE, start);
    const end = found === -1 ? bytes.length : found;
    if (end > start) lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

/** Lines as the bytes of a file, each ended by a newline. */
export function bytesOf(lines: readonly Buffer[]): Buffer {
  const newline = Buffer.from([NEWLINE]);
  return Buffer.concat(lines.flatMap((line) => [line, newline]));
}

/** The part up to and with the last newline: what comes after it may still be being written. */
export function wholeLines(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.lastIndexOf(NEWLINE) + 1);
}

/** Whether more can be appended without spoiling the last line. */
export function isClosed(bytes: Buffer): boolean {
  return bytes.length === 0 || bytes.at(-1) === NEWLINE;
}
