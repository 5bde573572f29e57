import { join } from 'node:path';
import type { ChildOptions } from '../base/child-process.js';
import type { LogForm } from '../base/log.js';
import { SUPERVISED } from './supervisor-link.js';

/** How this installation runs itself. */
export interface Program {
  /** Folder of the package. */
  root: string;
  /** Without a build, through tsx. */
  fromSources: boolean;
}

/** What the daemons of one colony have in common. */
export interface DaemonSurroundings {
  home: string;
  form: LogForm;
  env: NodeJS.ProcessEnv;
  cwd?: string;
}

/** The command line of a supervised daemon, run by this same Node and this same kloros. */
export function daemonCommand(
  program: Program,
  around: DaemonSurroundings,
): (name: string) => Pick<ChildOptions, 'command' | 'args' | 'env' | 'cwd'> {
  const env = { ...around.env, KLOROS_HOME: around.home, KLOROS_LOG_FORM: around.form, [SUPERVISED]: '1' };
  return (name) => ({
    command: process.execPath,
    args: [...programStart(program), 'daemon', 'run', name],
    env,
    ...(around.cwd === undefined ? {} : { cwd: around.cwd }),
  });
}

/** Arguments of Node that start this same kloros. */
export function programStart({ root, fromSources }: Program): string[] {
  return fromSources ? ['--import', 'tsx', join(root, 'bin', 'dev.js')] : [join(root, 'bin', 'run.js')];
}
