import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { cutUtf8Start } from './cut-text.js';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.js';

/** Of a boot's id, so much that two boots of one machine differ. */
const BOOT_CHARACTERS = 8;
const SUFFIX = '.kloros-draft';
/** A name has at most 255 bytes; of a long one its end is kept. */
const KEPT_BYTES = 120;
const DRAFT = /^\..*\.([0-9a-f]{8})-(\d+)-(\d+)-\d+-\d+\.kloros-draft$/s;

let own: ProcessIdentity | undefined;
let made = 0;

/** A path beside a file, for its next content. Its name says whose it is, so that what a killed writer left is known. */
export function draftOf(path: string): string {
  const { bootId, pid, startTicks } = (own ??= ownIdentity());
  made += 1;
  const writer = `${bootId.slice(0, BOOT_CHARACTERS)}-${pid}-${startTicks}-${threadId}-${made}`;
  const name = cutUtf8Start(Buffer.from(basename(path)), KEPT_BYTES).toString();
  return join(dirname(path), `.${name}.${writer}${SUFFIX}`);
}

/** Whether a name is that of a draft whose writer has ended: nobody will finish it. */
export function isAbandonedDraft(name: string): boolean {
  const [, boot, pid, startTicks = ''] = DRAFT.exec(name) ?? [];
  if (boot === undefined) return false;
  const { bootId } = (own ??= ownIdentity());
  return boot !== bootId.slice(0, BOOT_CHARACTERS) || !isAlive({ bootId, pid: Number(pid), startTicks });
}
