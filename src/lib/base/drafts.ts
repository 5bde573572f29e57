import { basename, dirname, join } from 'node:path';
import { ownIdentity, type ProcessIdentity } from './process-identity.js';

/** Of a boot's id, so much that two boots of one machine differ. */
const BOOT_CHARACTERS = 8;
const SUFFIX = '.kloros-draft';

let own: ProcessIdentity | undefined;
let made = 0;

/** A path beside a file, for its next content. Its name says whose it is, so that what a killed writer left is known. */
export function draftOf(path: string): string {
  const { bootId, pid, startTicks } = (own ??= ownIdentity());
  made += 1;
  const writer = `${bootId.slice(0, BOOT_CHARACTERS)}-${pid}-${startTicks}-${made}`;
  return join(dirname(path), `.${basename(path)}.${writer}${SUFFIX}`);
}
