import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../base/errors.js';

/** A recording in a folder. */
export interface RecordingFile {
  path: string;
  bytes: number;
  /** Epoch milliseconds. */
  writtenMs: number;
}

const RECORDING = /\.jsonl(?:\.gz)?$/;

/** Recordings of a folder, the oldest first by name, which begins with the time; none where there is no folder. */
export async function recordingsIn(folder: string): Promise<RecordingFile[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  const paths = names
    .filter((name) => RECORDING.test(name) && !name.startsWith('.'))
    .sort()
    .map((name) => join(folder, name));
  const files = await Promise.all(paths.map(fileOf));
  return files.filter((file) => file !== undefined);
}

/** Removes the oldest until neither number nor bytes are above their limits; the newest stays. */
export async function pruneRecordings(folder: string, { maxFiles, maxBytes }: { maxFiles: number; maxBytes: number }) {
  const files = await recordingsIn(folder);
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  let left = files.length;
  for (const file of files.slice(0, -1)) {
    if (left <= maxFiles && bytes <= maxBytes) return;
    await rm(file.path, { force: true });
    left -= 1;
    bytes -= file.bytes;
  }
}

/** Another may have removed it meanwhile. */
async function fileOf(path: string): Promise<RecordingFile | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && { path, bytes: found.size, writtenMs: found.mtimeMs };
}
