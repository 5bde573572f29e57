import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COLONY } from '../../../src/lib/signals/origin.js';
import { Checkpointer } from '../../../src/lib/bus/embedded/checkpointer.js';
import { openJournal, type Journal } from '../../../src/lib/bus/embedded/journal.js';
import { pathsOf } from '../../../src/lib/config/paths.js';
import type { Config } from '../../../src/lib/config/schema.js';
import { removeHome, silentLog, temporaryConfig, until } from '../../helpers/colony.js';

const MEGABYTE = 1024 * 1024;

describe('the checkpointer', () => {
  let config: Config;
  let journal: Journal;
  let checkpointer: Checkpointer;
  beforeEach(async () => {
    config = await temporaryConfig();
    journal = await openJournal(pathsOf(config).journal, silentLog);
    checkpointer = new Checkpointer(journal, silentLog);
  });
  afterEach(async () => {
    await checkpointer.close();
    await journal.close();
    removeHome(config);
  });

  async function write(megabytes: number, from: number): Promise<void> {
    const frame = Buffer.alloc(MEGABYTE, 'x');
    for (let n = from; n < from + megabytes; n += 1) {
      const row = {
        id: String(n).padStart(26, '0'),
        name: 'Q_A',
        trace: 't',
        atMs: 1,
        priority: 2,
        frame,
        from: COLONY,
        chain: COLONY,
      };
      await journal.write({ kind: 'append', rows: [row] });
    }
  }
  const copied = () => until('all is copied', () => journal.read.wal().waitingBytes === 0);

  it('leaves a small log alone', async () => {
    await write(2, 0);
    checkpointer.tick();
    await checkpointer.close();
    expect(journal.read.wal().waitingBytes).toBeGreaterThan(2 * MEGABYTE);
  });

  it('copies a grown log, and the next writer begins it anew', async () => {
    await write(40, 0);
    checkpointer.tick();
    await copied();
    await write(1, 40);
    expect(journal.read.wal().usedBytes).toBeLessThan(3 * MEGABYTE);
  });

  it('does nothing while all is copied, however large the log is', async () => {
    await write(40, 0);
    checkpointer.tick();
    await copied();
    let looks = 0;
    const wal = () => {
      looks += 1;
      return { usedBytes: 100 * MEGABYTE, waitingBytes: 0 };
    };
    const idle = new Checkpointer({ ...journal, read: { ...journal.read, wal } }, silentLog);
    idle.tick();
    await idle.close();
    expect(looks).toBe(1); // A checkpoint is followed by another look.
  });
});
