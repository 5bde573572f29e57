import { join } from 'node:path';
import { writeFileSafely } from '../../src/lib/base/atomic-file.js';

/** Replaces files of a folder again and again, until it is killed. */
const [, , folder = '', prefix = '', bytes = ''] = process.argv;
process.send?.('ready');
for (let turn = 0; ; turn += 1) {
  await writeFileSafely(
    join(folder, `${prefix}-${turn % 3}.json`),
    JSON.stringify({ turn, filler: 'x'.repeat(+bytes) }),
  );
}
