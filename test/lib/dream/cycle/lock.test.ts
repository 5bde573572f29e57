import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { releaseLock, takeLock } from '../../../../src/lib/dream/cycle/lock.js';
import { temporaryFolder } from '../../../helpers/temporary-folders.js';

interface Lock {
  cycle_id: string;
  owner: { pid: number; startTicks: string };
}

const read = (lab: string) => JSON.parse(readFileSync(join(lab, 'running.json'), 'utf8')) as Lock;

describe('the lock of the cycle', () => {
  it('is not taken from an owner that lives, however often it is asked for', async () => {
    const lab = temporaryFolder();
    expect(await takeLock(lab, 'first')).toBeUndefined();
    const asked = await Promise.all(Array.from({ length: 5 }, (_, index) => takeLock(lab, `other ${index}`)));
    expect(asked).toEqual(Array(5).fill('first'));
    expect(read(lab)).toMatchObject({ cycle_id: 'first', owner: { pid: process.pid } });
  });

  it('goes to one only of many that ask at once', async () => {
    const lab = temporaryFolder();
    const asked = await Promise.all(Array.from({ length: 5 }, (_, index) => takeLock(lab, `cycle ${index}`)));
    expect(asked.filter((owner) => owner === undefined)).toHaveLength(1);
  });

  it.each([
    ['has ended', { pid: 2 ** 22 + 1 }],
    ['has ended, and whose number another process has now', { startTicks: '1' }],
    ['ran before the machine was started again', { bootId: 'another' }],
  ])('is taken at once from an owner that %s', async (_, change) => {
    const lab = temporaryFolder();
    await takeLock(lab, 'first');
    const lock = read(lab);
    writeFileSync(join(lab, 'running.json'), JSON.stringify({ ...lock, owner: { ...lock.owner, ...change } }));
    expect(await takeLock(lab, 'second')).toBeUndefined();
    expect(read(lab)).toMatchObject({ cycle_id: 'second', owner: { pid: process.pid } });
  });

  it('is taken again by the same cycle, and where its file is torn', async () => {
    const lab = temporaryFolder();
    await takeLock(lab, 'first');
    expect(await takeLock(lab, 'first')).toBeUndefined();
    writeFileSync(join(lab, 'running.json'), '{"cycle_id": "fir');
    expect(await takeLock(lab, 'second')).toBeUndefined();
  });

  it('is given back by its own cycle alone', async () => {
    const lab = temporaryFolder();
    await takeLock(lab, 'first');
    await releaseLock(lab, 'second');
    expect(await takeLock(lab, 'third')).toBe('first');
    await releaseLock(lab, 'first');
    expect(await takeLock(lab, 'third')).toBeUndefined();
  });
});
