import { execFile } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { finishAllLeft } from '../../../src/lib/deployment/recovery.js';
import { readRecords } from '../../../src/lib/deployment/record.js';
import { shop } from './shop.js';

vi.setConfig({ testTimeout: 240_000 });
const WORKER = fileURLToPath(new URL('../../helpers/rollback-worker.ts', import.meta.url));
/** Moments at which a rollback is killed, spread over all that it has. */
const MOMENTS = 6;

/** Takes back in a process of its own, which dies before its n-th change; answers how many it made where it was not killed. */
function takeBack({ folder, options }: Awaited<ReturnType<typeof shop>>, n: number) {
  const args = ['--import', 'tsx', WORKER, String(n), options.deployRoot, 'app', folder];
  return new Promise<{ signal: string | null; changes: number }>((resolve) => {
    const child = execFile(process.execPath, args, (_error, stdout) =>
      resolve({ signal: child.signalCode, changes: Number(stdout) }),
    );
  });
}

/** A shop with one winner that was replaced by another. */
async function shopWithTwo() {
  const store = await shop();
  await store.deploy(store.winner('c1', 3));
  const old = store.look();
  await store.deploy(store.winner('c2', 5));
  return { store, old, renewed: store.look() };
}

describe('a rollback whose process is killed before any of its changes', () => {
  it('is done whole or not begun once somebody looks, never a mixture, and on record once', async () => {
    const whole = await shopWithTwo();
    const { changes } = await takeBack(whole.store, Infinity);
    expect(whole.store.look()).toEqual(whole.old);
    expect(changes).toBeGreaterThan(MOMENTS);
    const found = { done: 0, notBegun: 0 };
    for (let moment = 0; moment < MOMENTS; moment += 1) {
      const n = 1 + Math.round((moment * (changes - 1)) / (MOMENTS - 1));
      const { store, old, renewed } = await shopWithTwo();
      expect(await takeBack(store, n)).toMatchObject({ signal: 'SIGKILL' });
      // It is dead: there is no need to wait until its lock is stale.
      rmSync(`${store.layout.log}.lock`, { recursive: true, force: true });
      expect((await finishAllLeft(store.options.deployRoot)).failed).toEqual([]);
      const isDone = store.look().current === old.current;
      found[isDone ? 'done' : 'notBegun'] += 1;
      expect(store.look(), `killed before change ${n} of ${changes}`).toEqual(isDone ? old : renewed);
      const undone = (await readRecords(store.layout)).filter(({ stage }) => stage === 'rolled_back');
      expect(undone).toHaveLength(isDone ? 1 : 0);
      if (!isDone) expect(await takeBack(store, Infinity)).toMatchObject({ signal: null });
      expect(store.look()).toEqual(old);
      expect(readdirSync(store.layout.root)).not.toContain('transaction.json');
    }
    expect(found.done).toBeGreaterThan(0);
    expect(found.notBegun).toBeGreaterThan(0);
  });
});
