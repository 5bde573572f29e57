import { describe, expect, it } from 'vitest';
import { isBelow } from '../../../src/lib/base/safe-path.js';
import { layoutOf } from '../../../src/lib/deployment/layout.js';
import { artifactFolder, cycleFolder, workFolder } from '../../../src/lib/dream/cycle-folder.js';
import { readCandidates } from '../../../src/lib/dream/candidates.js';
import { readSnapshot } from '../../../src/lib/dream/cycle/snapshot.js';
import { readResult, resultPath } from '../../../src/lib/dream/results.js';
import { recordPath } from '../../../src/lib/dream/tournament/record.js';
import fc from '../../helpers/property.js';

const LAB = '/nowhere/dream_lab';
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom('../', '/', '..', '.', '\0', '-', 'x', 'promotions'),
    ),
    {
      maxLength: 20,
    },
  )
  .map((parts) => parts.join(''));

const PATHS: readonly [what: string, make: (name: string) => string][] = [
  ['the folder of a cycle', (name) => cycleFolder(LAB, name)],
  ['a result', (name) => resultPath(LAB, name)],
  ['the record of a tournament, by its cycle', (name) => recordPath(LAB, { cycle_id: name, experiment: 'x' })],
  ['the record of a tournament, by its experiment', (name) => recordPath(LAB, { cycle_id: 'c', experiment: name })],
  ['what a candidate left', (name) => artifactFolder(`${LAB}/c`, name)],
  ['where a candidate runs', (name) => workFolder(`${LAB}/c/work`, { id: name, run: '1' })],
  ['where a run of it works', (name) => workFolder(`${LAB}/c/work`, { id: 'a', run: name })],
  ['the versions of an experiment', (name) => layoutOf(LAB, name).versions],
];

describe('a path that D-REAM makes from facts of a signal', () => {
  it.each(PATHS)('to %s lies below its folder, or is refused', (_, make) => {
    fc.assert(
      fc.property(hostile, (name) => {
        let path: string;
        try {
          path = make(name);
        } catch (error) {
          expect(error).toMatchObject({ code: 'UNSAFE_FILE_NAME' });
          return;
        }
        expect(isBelow(LAB, path)).toBe(true);
      }),
    );
  });

  it.each(['../../tmp/evil', '..', '/tmp/evil', 'promotions', '', 'a/b', 'a\0b'])(
    'is not read for a cycle named %j',
    async (name) => {
      const refused = expect.objectContaining({ code: 'UNSAFE_FILE_NAME' }) as Error;
      await expect(readSnapshot(LAB, name)).rejects.toEqual(refused);
      await expect(readResult(LAB, name)).rejects.toEqual(refused);
      await expect(readCandidates(LAB, name)).rejects.toEqual(refused);
    },
  );
});
