import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

/** The text of a file, or of stdin for `-`. */
export async function readInput(path: string): Promise<string> {
  return path === '-' ? text(process.stdin) : readFile(path, 'utf8');
}
