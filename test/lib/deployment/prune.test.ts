import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pruneDeployments } from '../../../src/lib/deployment/prune.js';
import { rollback } from '../../../src/lib/deployment/rollback.js';
import { NOW_MS, shop } from './shop.js';

const byOperator = { nowMs: NOW_MS, by: 'operator', errorType: 'RolledBackByOperator', reason: 'asked' } as const;

describe('old versions and backups', () => {
  it('are removed, and what is in use can be taken back as often as was promised', async () => {
    const { deploy, winner, layout, look } = await shop();
    const seen = [look()];
    for (const level of [2, 3, 4, 5]) {
      await deploy(winner(`c${level}`, level));
      seen.push(look());
    }
    expect(await pruneDeployments(layout, 2)).toEqual({ versions: [], backups: ['c2.w2', 'c3.w3'] });
    for (const before of seen.slice(2, 4).reverse()) {
      await rollback(layout, byOperator);
      expect(look()).toEqual(before);
    }
    await expect(rollback(layout, byOperator)).rejects.toMatchObject({ code: 'BACKUP_NOT_FOUND' });
    expect(look()).toEqual(seen[2]);
  });

  it('stay as long as they are few, or wait for consent', async () => {
    const { deploy, winner, layout } = await shop();
    await deploy(winner('p', 8), { mayDeploy: false });
    for (const level of [2, 3, 4]) await deploy(winner(`c${level}`, level));
    for (const level of [5, 6]) {
      await deploy(winner(`c${level}`, level));
      await rollback(layout, byOperator);
    }
    expect(await pruneDeployments(layout, 10)).toEqual({ versions: [], backups: ['c5.w5', 'c6.w6'] });
    expect(await pruneDeployments(layout, 1)).toEqual({ versions: ['c2.w2', 'c5.w5'], backups: ['c2.w2', 'c3.w3'] });
    expect(readdirSync(layout.versions).sort()).toEqual(['c3.w3', 'c4.w4', 'c6.w6', 'p.w8']);
  });

  it('are none where nothing was deployed', async () => {
    const { layout } = await shop();
    expect(await pruneDeployments(layout, 1)).toEqual({ versions: [], backups: [] });
  });
});
