import { renameSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../base/errors.js';
import type { Finished } from './finished.js';
import { asideOf } from './file-name.js';
import { sameStamp, stampAt, type Stamp } from './stamp.js';

/** Which version of which file. */
export interface Version {
  folder: string;
  name: string;
  stamp: Stamp;
}

/**
 * Deletes the version of a file that was routed, and no newer one.
 * It is first taken aside, so that a writer who renames a new version into place at this moment does not lose it.
 */
export function removeRouted({ folder, name, stamp }: Version): Finished {
  const aside = takeAside({ folder, name, stamp });
  const found = stampAt(join(folder, aside));
  if (found === undefined) return { kind: 'finished' };
  if (!sameStamp(found, stamp)) return { kind: 'rewritten', name: aside };
  unlinkSync(join(folder, aside));
  return { kind: 'finished' };
}

function takeAside({ folder, name, stamp }: Version): string {
  const aside = asideOf(name, stamp.ino);
  try {
    if (aside !== name) renameSync(join(folder, name), join(folder, aside));
    return aside;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return aside;
    if (errorCode(error) === 'ENAMETOOLONG') return name; // No room to take it aside: deleted where it is.
    throw error;
  }
}
