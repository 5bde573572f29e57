import { open, stat } from 'node:fs/promises';
import { cutText } from '../base/cut-text.js';

/** What one thing that a question names shows. */
export interface Finding {
  /** The unit or path. */
  subject: string;
  /** False where it could not be looked at; lines say why. */
  reached: boolean;
  /** It shows what is wrong. */
  showsCause: boolean;
  /** In words, for the record's evidence. */
  lines: string[];
}

const TAIL_BYTES = 65_536;
const MOST_LINES = 20;
const LONGEST_LINE = 400;
const TROUBLE =
  /error|exception|traceback|fatal|critical|panic|failed|failure|segfault|\b(?:killed|oom|refused|denied)\b/i;

/** Lines that report trouble, the newest last; at most twenty. */
export function troubleIn(text: string): string[] {
  const lines = text.split(/\r?\n/).filter((line) => TROUBLE.test(line));
  return lines.slice(-MOST_LINES).map((line) => cutText(line.trim(), LONGEST_LINE));
}

/** Reads the end of a file, at most 64 KiB, for what went wrong. The path has been checked before. */
export async function readLogEvidence(path: string): Promise<Finding> {
  const stats = await stat(path);
  if (stats.isDirectory())
    return { subject: path, reached: true, showsCause: false, lines: [`path:${path} is a folder`] };
  if (!stats.isFile())
    return { subject: path, reached: false, showsCause: false, lines: [`path:${path} is not a regular file`] };
  const trouble = troubleIn(await tailOf(path, stats.size));
  const summary = `path:${path} ${stats.size} bytes, changed ${stats.mtime.toISOString()}, ${trouble.length} lines report trouble`;
  return {
    subject: path,
    reached: true,
    showsCause: trouble.length > 0,
    lines: [summary, ...trouble.map((line) => `log: ${line}`)],
  };
}

async function tailOf(path: string, size: number): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
