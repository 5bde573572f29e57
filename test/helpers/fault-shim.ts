import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('../fixtures/faults/shim.c', import.meta.url));
const CONTROL_BYTES = 16;
const PASSES_AT = 4;
const OFFSET_AT = 8;

/** Faults inside processes that know nothing of them: every write fails, or the wall clock jumps. */
export interface FaultShim {
  /** What a process needs in its environment to have them. */
  env: Record<string, string>;
  /** From now on every write below the home fails so, after the first `passes` of all processes; undefined: none does. */
  failWrites(code: 'ENOSPC' | 'EROFS' | undefined, passes?: number): void;
  /** How many of the writes that may pass have not come yet. */
  passesLeft(): number;
  /** From now on the wall clock is this much ahead. */
  stepClock(offsetMs: number): void;
  end(): void;
}

/** Why there are no faults inside processes here; undefined where there are. */
export function whyNoFaultShim(): string | undefined {
  try {
    makeFaultShim().end();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** Compiles the library that is preloaded, and the file by which it is told what to do. */
export function makeFaultShim(): FaultShim {
  const folder = mkdtempSync(join(tmpdir(), 'kloros-shim-'));
  const library = join(folder, 'shim.so');
  const { status, stderr, error } = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, SOURCE, '-ldl'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`no C compiler: ${error?.message ?? stderr}`);
  const path = join(folder, 'control');
  writeFileSync(path, Buffer.alloc(CONTROL_BYTES));
  const file = openSync(path, 'r+');
  const tell = (bytes: Buffer, at: number) => void writeSync(file, bytes, 0, bytes.length, at);
  return {
    env: { LD_PRELOAD: library, KLOROS_FAULT_CONTROL: path },
    failWrites: (code, passes = 0) => {
      const bytes = Buffer.alloc(OFFSET_AT);
      bytes.writeInt32LE(code === undefined ? 0 : constants.errno[code]);
      bytes.writeInt32LE(passes, PASSES_AT);
      tell(bytes, 0);
    },
    passesLeft: () => {
      const bytes = Buffer.alloc(4);
      readSync(file, bytes, 0, bytes.length, PASSES_AT);
      return bytes.readInt32LE();
    },
    stepClock: (offsetMs) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(BigInt(offsetMs));
      tell(bytes, OFFSET_AT);
    },
    end: () => {
      closeSync(file);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
