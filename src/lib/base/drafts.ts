import { basename, dirname, join } from 'node:path';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.js';

/** Of a boot's id, so much that two boots of one machine differ. */
const BOOT_CHARACTERS = 8;
const SUFFIX = '.kloros-draft';
const FORM = /^\..+\.([0-9a-f]{8})-(\d+)-(\d+)-\d+\.kloros-draft$/;

let own: ProcessIdentity | undefined;
let made = 0;

/** A path beside a file, for its next content. Its name says whose it is, so that what a killed writer left is known. */
export function draftOf(path: string): string {
  const { bootId, pid, startTicks } = (own ??= ownIdentity());
  made += 1;
  const writer = `${bootId.slice(0, BOOT_CHARACTERS)}-${pid}-${startTicks}-${made}`;
  return join(dirname(path), `.${basename(path)}.${writer}${SUFFIX}`);
}

/** Whether a file is a draft whose writer has ended without putting it in its place. */
export function isAbandonedDraft(name: string): boolean {
  const [, boot, pid, startTicks] = FORM.exec(name) ?? [];
  if (boot === undefined || pid === undefined || startTicks === undefined) return false;
  const { bootId } = (own ??= ownIdentity());
  return !(bootId.startsWith(boot) && isAlive({ bootId, pid: Number(pid), startTicks }));
}
