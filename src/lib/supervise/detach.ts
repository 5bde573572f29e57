import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startDetached } from '../base/detached-process.js';
import { KlorosError } from '../base/errors.js';
import { makeHome } from '../config/make-home.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { programStart, type Program } from './daemon-command.js';
import { parseReport } from './report.js';

/** Environment variable by which a supervisor knows that it has no terminal, and somebody who waits until it is ready. */
export const DETACHED = 'KLOROS_DETACHED';

/** A supervisor to be started. */
export interface DetachRequest {
  program: Program;
  config: Config;
  env: NodeJS.ProcessEnv;
  /** Flags of `kloros up`. */
  flags: readonly string[];
}

/** Runs `kloros up` without a terminal; resolves with its pid when its daemons are ready. Throws why they are not. */
export async function detach({ program, config, env, flags }: DetachRequest): Promise<number> {
  makeHome(config.home);
  const errorPath = join(pathsOf(config).logs, 'up.err');
  const { pid, report } = await startDetached({
    command: process.execPath,
    args: [...programStart(program), 'up', ...flags],
    env: { ...env, KLOROS_HOME: config.home, KLOROS_LOG_FORM: 'json', [DETACHED]: '1' },
    cwd: process.cwd(),
    errorPath,
  });
  const parsed = report === undefined ? undefined : parseReport(report);
  if (parsed?.kind === 'ready' && pid !== undefined) return pid;
  if (parsed?.kind === 'failed') throw parsed.error;
  throw new KlorosError({
    code: 'NOT_DETACHED',
    message: 'The supervisor ended before it was ready',
    why: (await readFile(errorPath, 'utf8')).trim().split('\n').at(-1) || 'it said nothing',
    next: [`read ${errorPath}`, 'see it fail: kloros up'],
  });
}
