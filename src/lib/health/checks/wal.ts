import { setTimeout as sleep } from 'node:timers/promises';
import { cutText } from '../../base/cut-text.js';
import { formatBytes } from '../../base/formats.js';
import { commandOf } from '../../base/process-identity.js';
import { result, type JournalFileCheck } from '../check.js';

/** The hub begins a log of 32 MiB anew, and copies it all the time: so much waits only where somebody lets it not. */
const MOST_WAITING_BYTES = 128 * 1024 * 1024;
/** Who still reads after this is in the middle of something long, and not of a page. */
const LOOK_AGAIN_MS = 300;
const LONGEST_COMMAND = 120;

/** A reader that does not end its look keeps the log from being copied: it grows until the disk is full. */
export const wal: JournalFileCheck = {
  name: 'wal',
  asks: 'whether the write-ahead log of the journal is copied, or somebody who reads holds it',
  run: async ({ observer }) => {
    const { waitingBytes, readers } = observer().wal();
    const figures = [{ name: 'waiting_bytes', value: waitingBytes, unit: 'B', warning: MOST_WAITING_BYTES } as const];
    if (waitingBytes <= MOST_WAITING_BYTES)
      return result('OK', { why: `${formatBytes(waitingBytes)} wait to be copied`, figures, next: [] });
    await sleep(LOOK_AGAIN_MS);
    const still = observer()
      .wal()
      .readers.filter((pid) => readers.includes(pid));
    const who = still
      .map((pid) => `process ${pid} (${cutText(commandOf(pid), LONGEST_COMMAND) || 'unknown'})`)
      .join(', ');
    const why =
      who === ''
        ? 'nobody copies it, or a reader that cannot be seen from here is in the way'
        : `${who} reads it all the time`;
    return result('WARNING', {
      why: `${formatBytes(waitingBytes)} of the write-ahead log cannot be copied: ${why}`,
      figures,
      next:
        still.length > 0
          ? still.map((pid) => `let process ${pid} end its look`)
          : ['kloros daemon status', 'kloros journal check'],
    });
  },
};
