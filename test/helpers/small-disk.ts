import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHUNK = 1 << 20;
const PAGE = 4096;

/** A file system of its own, small enough to be filled. */
export interface SmallDisk {
  folder: string;
  /** Takes what room is left, to the last page. */
  fill(): void;
  /** Gives the room back. */
  free(): void;
  /** Mounts it anew for reading only, or for writing again; nothing may be open on it. */
  readOnly(readOnly: boolean): void;
  end(): void;
}

/** Why no small disk can be made here; undefined where it can. */
export function whyNoSmallDisk(): string | undefined {
  if (process.getuid?.() !== 0) return 'mounting a small tmpfs needs root';
  try {
    makeSmallDisk(1).end();
    return undefined;
  } catch (error) {
    return `a tmpfs cannot be mounted here (${String(error)})`;
  }
}

/** Mounts a tmpfs of so many MiB in a new folder. */
export function makeSmallDisk(megabytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'kloros-disk-'));
  run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'tmpfs', folder]);
  const filler = join(folder, 'filler');
  return {
    folder,
    fill: () => takeAll(filler),
    free: () => rmSync(filler, { force: true }),
    readOnly: (readOnly) => run('mount', ['-o', `remount,${readOnly ? 'ro' : 'rw'}`, folder]),
    end: () => {
      run('umount', ['-l', folder]);
      rmdirSync(folder);
    },
  };
}

function takeAll(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (const bytes of [CHUNK, PAGE]) writeUntilFull(file, Buffer.alloc(bytes, 'x'));
  } finally {
    closeSync(file);
  }
}

function writeUntilFull(file: number, chunk: Buffer): void {
  try {
    for (;;) writeSync(file, chunk);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
}
