import { statSync } from 'node:fs';
import { KlorosError } from '../../../base/errors.js';
import { pidsHolding } from '../../../base/file-holders.js';
import { commandOf } from '../../../base/process-identity.js';

/** Throws JOURNAL_IN_USE while any process has the journal open: a file is never exchanged under who works with it. */
export async function refuseWhileOpen(path: string): Promise<void> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  const pids = (await pidsHolding(found)).filter((pid) => pid !== process.pid);
  if (pids.length === 0) return;
  throw new KlorosError({
    code: 'JOURNAL_IN_USE',
    message: `The journal at ${path} is in use`,
    why: `it is open in ${pids.map((pid) => `process ${pid} (${commandOf(pid) || 'unknown'})`).join(', ')}`,
    next: ['stop the colony: kloros daemon stop --all', 'or wait until what is named has ended'],
  });
}
