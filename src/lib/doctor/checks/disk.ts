import type { StatsFs } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '../../base/errors.js';
import { formatBytes } from '../../base/formats.js';
import type { DoctorCheck, DoctorFinding } from '../finding.js';

const LEAST_BYTES = 256 * 1024 * 1024;
const LEAST_FILES_SHARE = 0.02;

/** Room for the journal. */
export const disk: DoctorCheck = {
  name: 'disk',
  asks: 'whether there is room for the journal and for new files',
  codes: ['DISK_NEARLY_FULL', 'INODES_NEARLY_SPENT'],
  look: async ({ config }) => {
    const { bavail, bsize, files, ffree } = await statfsAbove(config.home);
    return roomIn(config.home, { freeBytes: bavail * bsize, files, freeFiles: ffree });
  },
};

/** What is wrong with so much room. A file system without a table of files says that it has none. */
export function roomIn(
  home: string,
  { freeBytes, files, freeFiles }: { freeBytes: number; files: number; freeFiles: number },
): DoctorFinding[] {
  const why = 'signals are refused while the journal cannot grow';
  const space: DoctorFinding = {
    code: 'DISK_NEARLY_FULL',
    level: 'warning',
    what: `The disk of ${home} has ${formatBytes(freeBytes)} left`,
    why,
    next: ['kloros health --check disk', 'kloros dlq prune', 'keep less of the past: retention.days'],
  };
  const inodes: DoctorFinding = {
    code: 'INODES_NEARLY_SPENT',
    level: 'warning',
    what: `The disk of ${home} can take ${freeFiles} more files of ${files}`,
    why,
    next: [`df -i ${home}`, 'remove small files that nobody needs'],
  };
  return [
    ...(freeBytes < LEAST_BYTES ? [space] : []),
    ...(files > 0 && freeFiles / files < LEAST_FILES_SHARE ? [inodes] : []),
  ];
}

/** The home may be made only when the colony starts. */
async function statfsAbove(path: string): Promise<StatsFs> {
  return statfs(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT' && dirname(path) !== path) return statfsAbove(dirname(path));
    throw error;
  });
}
