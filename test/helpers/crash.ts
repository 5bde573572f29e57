import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../src/lib/config/schema.js';
import type { CrashStep } from '../contract/engine.js';

const WORKER = fileURLToPath(new URL('crash-worker.ts', import.meta.url));

/** Starts a process that handles one signal and kills itself at a step; resolves when it is gone. */
export async function dieAt(step: CrashStep, config: Config): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', WORKER, step, JSON.stringify(config)], {
    stdio: 'inherit',
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (signal !== 'SIGKILL') throw new Error(`it was not killed, but ended with code ${code}, signal ${signal}`);
}
