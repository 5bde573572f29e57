import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import { planRollback, rollback, type RollbackReason } from '../../../src/lib/deployment/rollback.js';
import { layoutOf, type Layout } from '../../../src/lib/deployment/layout.js';
import { acknowledge } from '../../../src/lib/promotions/acknowledge.js';
import { scanPromotions } from '../../../src/lib/promotions/promotions.js';
import { acknowledgementUndo } from '../../../src/lib/undo/acknowledgement.js';
import { deploymentUndo } from '../../../src/lib/undo/deployment.js';
import { findUndo } from '../../../src/lib/undo/index.js';
import { shop } from '../deployment/shop.js';
import { temporaryFolder } from '../../helpers/temporary-folders.js';

/** A rollback of what is in use, as it lies there when its process was killed. */
async function transactionBack(layout: Layout, why: RollbackReason) {
  const { changes, record } = await planRollback(layout, why);
  return { files: changes, to: record.previous, record };
}

describe('taking a deployment back', () => {
  async function deployedShop() {
    const store = await shop();
    const before = store.look();
    await store.deploy(store.winner('c1', 3));
    await store.deploy(store.winner('c2', 5));
    const { deployRoot } = store.options;
    const kind = deploymentUndo({
      deployRoot,
      clock: systemClock,
      takeBack: async (experiment, why) => ({
        ...(await rollback(layoutOf(deployRoot, experiment), why)),
        untold: null,
      }),
    });
    return { ...store, kind, before };
  }

  it.each(['c2.w5', 'w5', 'c2', 'app'])('is found by %s, says first what it will do, and does that', async (id) => {
    const { kind, look, folder } = await deployedShop();
    const step = await findUndo([kind], [id]);
    const paths = ['app.yaml', 'app.env', 'app.json'].map((name) => join(folder, name));
    expect(step.steps).toEqual([
      ...paths.map((path) => `${path} will be as it was before, byte for byte`),
      'c2.w5 goes, c1.w3 comes back',
    ]);
    expect(look().current).toBe('versions/c2.w5');
    expect((await step.apply()).at(-1)).toBe('c2.w5 goes, c1.w3 is in use again');
    expect(look().current).toBe('versions/c1.w3');
  });

  it('looks after what a killed process left is finished, and not before', async () => {
    const { kind, layout, deploy, winner, look } = await deployedShop();
    const rolledBack = { nowMs: 0, by: 'operator', errorType: 'RolledBackByOperator', reason: 'asked' } as const;
    writeFileSync(layout.transaction, JSON.stringify(await transactionBack(layout, rolledBack)));
    expect((await kind.list()).map(({ id }) => id)).toEqual(['c1.w3']);
    expect(look().current).toBe('versions/c1.w3');
    expect(existsSync(layout.transaction)).toBe(false);
    await deploy(winner('c3', 7));
    writeFileSync(layout.transaction, JSON.stringify(await transactionBack(layout, rolledBack)));
    await expect(findUndo([kind], ['c3.w7'])).rejects.toMatchObject({ code: 'UNDONE_ALREADY' });
  });

  it('goes back step by step, and says of what is not in use why it cannot', async () => {
    const { kind, look, before } = await deployedShop();
    expect((await kind.list()).map(({ id }) => id)).toEqual(['c2.w5']);
    await expect(findUndo([kind], ['c1.w3'])).rejects.toMatchObject({ code: 'UNDO_BLOCKED' });
    for (const id of ['c2.w5', 'c1.w3']) await (await findUndo([kind], [id])).apply();
    expect(look()).toEqual(before);
    await expect(findUndo([kind], ['c2.w5'])).rejects.toMatchObject({ code: 'UNDONE_ALREADY' });
    expect(await kind.list()).toEqual([]);
    await expect(findUndo([kind], ['nothing'])).rejects.toMatchObject({ code: 'UNDO_NOT_FOUND' });
  });
});

describe('taking an acknowledgement back', () => {
  const outcome = (cycle_id: string) => ({
    ...{ cycle_id, acknowledged_at: '2025-11-15T10:30:00.000Z', winner: 'w5', fitness_improvement: 0.1 },
  });
  const waiting = async (folder: string) => (await scanPromotions(folder)).unacknowledged.map(({ name }) => name);

  it('lets a promotion wait again, by its file or with all of its cycle', async () => {
    const folder = temporaryFolder();
    const drop = (...names: string[]) => names.forEach((name) => writeFileSync(join(folder, name), name));
    drop('a.json', 'b.json');
    await acknowledge(folder, ['a.json', 'b.json'], outcome('c1'));
    drop('a.json');
    // One of the same name has come and gone: both are kept.
    await acknowledge(folder, ['a.json'], outcome('c2'));
    const kind = acknowledgementUndo(folder, systemClock);
    const ids = (await kind.list()).map(({ id }) => id).sort();
    expect(ids).toEqual(['a.c2.json', 'a.json', 'b.json']);
    const step = await findUndo([kind], ['c2']);
    expect(step.steps).toEqual([`${join(folder, 'a.json')} will wait again, as if it were dropped now`]);
    expect(await waiting(folder)).toEqual([]);
    const startMs = Date.now();
    await step.apply();
    expect(await waiting(folder)).toEqual(['a.json']);
    expect(statSync(join(folder, 'a.json')).mtimeMs).toBeGreaterThan(startMs - 1_000);
    expect(existsSync(join(folder, 'acknowledged', 'a.c2.outcome.json'))).toBe(false);
  });

  it('writes over no newer promotion, and moves nothing then', async () => {
    const folder = temporaryFolder();
    mkdirSync(folder, { recursive: true });
    for (const name of ['a.json', 'b.json']) writeFileSync(join(folder, name), '{}');
    await acknowledge(folder, ['a.json', 'b.json'], outcome('c1'));
    writeFileSync(join(folder, 'b.json'), 'newer');
    const step = await findUndo([acknowledgementUndo(folder, systemClock)], ['c1']);
    await expect(step.apply()).rejects.toMatchObject({ code: 'PROMOTION_EXISTS' });
    expect(await waiting(folder)).toEqual(['b.json']);
    expect(readdirSync(join(folder, 'acknowledged'))).toHaveLength(4);
  });
});
