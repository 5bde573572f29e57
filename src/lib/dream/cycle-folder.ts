import { PermanentError } from '../base/errors.js';
import { fileName, isFileName, pathBelow } from '../base/safe-path.js';

/** Other programs write there, so what lies in it is nobody's cycle. */
const PROMOTIONS = 'promotions';

/** The folder of a cycle, whoever names the cycle. Throws UNSAFE_FILE_NAME. */
export function cycleFolder(dreamLab: string, cycleId: string): string {
  if (cycleId !== PROMOTIONS) return pathBelow(dreamLab, cycleId);
  throw new PermanentError({
    code: 'UNSAFE_FILE_NAME',
    message: 'There is no cycle promotions',
    why: 'that is the folder of the promotions, into which other programs write',
  });
}

/** Whether a folder with this name can be a cycle's. */
export function isCycleName(name: string): boolean {
  return name !== PROMOTIONS && isFileName(name);
}

/** Where the files that a candidate left are kept. Throws UNSAFE_FILE_NAME. */
export function artifactFolder(cycleFolder: string, candidateId: string): string {
  return pathBelow(cycleFolder, 'artifacts', candidateId);
}

/** Where one run of an evaluator works: what lies there is removed before and after it. Throws UNSAFE_FILE_NAME. */
export function workFolder(workRoot: string, { id, run }: { id: string; run: string }): string {
  return pathBelow(workRoot, fileName(`${id}-${run}`));
}
