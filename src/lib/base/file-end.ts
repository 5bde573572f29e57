import { open } from 'node:fs/promises';
import { errorCode } from './errors.js';

/** The last whole lines of a file, at most so many bytes of it, the newest last; none where there is no file. */
export async function lastLines(path: string, maxBytes: number): Promise<string[]> {
  const handle = await open(path, 'r').catch(missing);
  if (handle === undefined) return [];
  try {
    const { size } = await handle.stat();
    const from = Math.max(0, size - maxBytes);
    const bytes = Buffer.alloc(size - from);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
    const lines = bytes.toString('utf8', 0, bytesRead).split('\n');
    // The first may have lost its beginning, and the last is still being written or empty.
    return lines.slice(from === 0 ? 0 : 1, -1).filter((line) => line !== '');
  } finally {
    await handle.close();
  }
}

function missing(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error;
}
