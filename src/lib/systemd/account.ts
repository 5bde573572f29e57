import { runCommand } from '../base/process-group.js';

/** A user of this machine. */
export interface Account {
  uid: number;
  gid: number;
  home: string;
}

const LIMIT_MS = 10_000;

/** Looks a user up wherever this machine keeps them; undefined where there is none of that name. */
export async function accountOf(name: string): Promise<Account | undefined> {
  const { exitCode, stdout } = await runCommand('getent', ['passwd', name], { timeoutMs: LIMIT_MS });
  if (exitCode !== 0) return undefined;
  const [, , uid, gid, , home = ''] = stdout.trim().split(':');
  return { uid: Number(uid), gid: Number(gid), home };
}
