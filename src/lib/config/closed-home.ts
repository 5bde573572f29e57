import { access, constants, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { KlorosError } from '../base/errors.js';
import { runCommand } from '../base/process-group.js';

const LIMIT_MS = 10_000;

/** Whether a folder is there and may not be entered. */
export async function isClosed(folder: string): Promise<boolean> {
  return access(folder, constants.X_OK).then(
    () => false,
    () => true,
  );
}

/** A colony that is open to the members of its group, and to nobody else. */
export async function closedHome(folder: string): Promise<KlorosError> {
  const { gid } = await stat(folder);
  const group = await groupName(gid);
  const { username } = userInfo();
  return new KlorosError({
    code: 'HOME_CLOSED',
    message: `The colony at ${folder} is not open to you`,
    why: `it is open to the group ${group}, and ${username} was no member when this session began`,
    next: [
      `sudo usermod --append --groups ${group} ${username}, and log in again`,
      'or have a colony of your own: --home',
    ],
  });
}

async function groupName(gid: number): Promise<string> {
  const { stdout } = await runCommand('getent', ['group', String(gid)], { timeoutMs: LIMIT_MS });
  return stdout.split(':')[0]?.trim() || String(gid);
}
