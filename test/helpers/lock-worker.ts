import { appendFileSync } from 'node:fs';
import { withFileLock } from '../../src/lib/base/file-lock.js';

/** Holds the lock of a file until it hears a word, adds a line to it, and lets go. */
const path = process.argv[2] ?? '';
await withFileLock(path, async () => {
  process.send?.('held');
  await new Promise((resolve) => process.once('message', resolve));
  appendFileSync(path, 'holder\n');
});
process.disconnect();
