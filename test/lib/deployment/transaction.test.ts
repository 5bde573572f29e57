import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeBackup, reversed } from '../../../src/lib/deployment/backup.js';
import { planTargets } from '../../../src/lib/deployment/plan.js';
import { readRecords, type DeploymentRecord } from '../../../src/lib/deployment/record.js';
import { overviewOfDeployment } from '../../../src/lib/deployment/overview.js';
import { finishAllLeft } from '../../../src/lib/deployment/recovery.js';
import { planRollback } from '../../../src/lib/deployment/rollback.js';
import { commitTransaction, recover } from '../../../src/lib/deployment/transaction.js';
import { NOW_MS, shop } from './shop.js';

const record: DeploymentRecord = {
  ...{
    id: 'c1.w5',
    at: '2025-11-15T10:30:00.000Z',
    stage: 'switched',
    winner_id: 'w5',
    cycle_id: 'c1',
    previous: null,
  },
  ...{ change: 0.1, error_type: null, reason: 'test', backup: true, by: 'deployer' },
};

/** A shop whose change is prepared and not begun. */
async function prepared() {
  const store = await shop();
  const { experiment, params } = store.winner('c1', 5);
  const { targets } = await planTargets(experiment, params, store.folder);
  const backup = await makeBackup(store.layout, { id: 'c1.w5', previous: null, targets });
  return { ...store, backup, transaction: { files: backup.files, to: 'c1.w5', record } };
}

describe('a change of several files', () => {
  it('that was only prepared has changed nothing', async () => {
    const { look, layout } = await prepared();
    const before = look();
    expect(await recover(layout)).toBe(false);
    expect(look()).toEqual(before);
  });

  it.each([0, 1, 2, 3])('that was killed after %i files is done whole by the next look', async (count) => {
    const done = await prepared();
    await commitTransaction(done.layout, done.transaction);
    const { look, layout, transaction, folder } = await prepared();
    // As the killed process left it: the transaction is there, some files are written already.
    writeFileSync(layout.transaction, JSON.stringify(transaction));
    const names = ['app.yaml', 'app.env', 'app.json'];
    for (const name of names.slice(0, count)) writeFileSync(join(folder, name), done.text(name));
    expect(await recover(layout)).toBe(true);
    expect(look()).toEqual(done.look());
    expect((await readRecords(layout)).map(({ stage }) => stage)).toEqual(['switched']);
    expect(await recover(layout)).toBe(false);
  });

  it('that is finished twice is on record once', async () => {
    const { layout, transaction } = await prepared();
    await commitTransaction(layout, transaction);
    writeFileSync(layout.transaction, JSON.stringify(transaction));
    await recover(layout);
    expect(await readRecords(layout)).toHaveLength(1);
  });

  it('keeps what somebody wrote into a file in between', async () => {
    const { layout, transaction, folder, text } = await prepared();
    writeFileSync(layout.transaction, JSON.stringify(transaction));
    writeFileSync(join(folder, 'app.yaml'), `${text('app.yaml')}mine: 2\n`);
    await recover(layout);
    expect(text('app.yaml')).toContain('level: 5 # do not exceed 9');
    expect(text('app.yaml')).toContain('mine: 2');
  });

  it('leads back to every byte by its reverse', async () => {
    const { layout, transaction, backup, look } = await prepared();
    const before = look();
    await commitTransaction(layout, transaction);
    const back = { files: await reversed(backup), to: null, record: { ...record, stage: 'rolled_back' as const } };
    await commitTransaction(layout, back);
    expect(look()).toEqual(before);
  });
});

describe('a rollback that was killed', () => {
  const by = { by: 'operator', errorType: 'RolledBackByOperator', reason: 'test', nowMs: NOW_MS } as const;

  /** A shop with a winner in use, and its rollback killed after so many files. */
  async function killedAfter(count: number) {
    const store = await shop();
    const before = store.look();
    await store.deploy(store.winner('c1', 5));
    const { changes, record: undone } = await planRollback(store.layout, by);
    writeFileSync(store.layout.transaction, JSON.stringify({ files: changes, to: null, record: undone }));
    for (const { path } of changes.slice(0, count)) writeFileSync(path, before.files[basename(path)] ?? '');
    return { ...store, before };
  }

  it.each([0, 1, 2, 3])('after %i files is done whole when the deployer starts', async (count) => {
    const { look, before, options } = await killedAfter(count);
    expect(await finishAllLeft(options.deployRoot)).toEqual({ finished: ['app'], failed: [] });
    expect(look()).toEqual(before);
    expect(await finishAllLeft(options.deployRoot)).toEqual({ finished: [], failed: [] });
  });

  it('is done whole when somebody looks, and when somebody asks for it again', async () => {
    const looked = await killedAfter(1);
    const overview = await overviewOfDeployment(looked.options.deployRoot, 'app');
    expect(overview).toMatchObject({ current: null, last: { stage: 'rolled_back' } });
    expect(looked.look()).toEqual(looked.before);
    const again = await killedAfter(2);
    await expect(planRollback(again.layout, by)).rejects.toMatchObject({ code: 'DEPLOYMENT_NOT_FOUND' });
    expect(again.look()).toEqual(again.before);
  });

  it('that cannot be finished is told of, and keeps no other from it', async () => {
    const { layout, options } = await killedAfter(1);
    writeFileSync(layout.transaction, '{');
    const { finished, failed } = await finishAllLeft(options.deployRoot);
    expect(finished).toEqual([]);
    expect(failed.map(({ experiment }) => experiment)).toEqual(['app']);
  });
});
