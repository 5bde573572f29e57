import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pathsOf, type Paths } from '../../../src/lib/config/paths.js';
import type { Config } from '../../../src/lib/config/schema.js';
import { listOf } from '../../../src/lib/intents/list.js';
import { removeHome, temporaryConfig } from '../../helpers/colony.js';

let config: Config;
let paths: Paths;
beforeEach(async () => {
  config = await temporaryConfig();
  paths = pathsOf(config);
});
afterEach(() => removeHome(config));

describe('the list of intents', () => {
  it('is empty on a fresh home', async () => {
    expect(await listOf('pending', paths, 10)).toEqual({ total: 0, rows: [] });
    expect(await listOf('quarantined', paths, 10)).toEqual({ total: 0, rows: [] });
  });

  it('names what is pending, whole in number and limited in rows', async () => {
    mkdirSync(paths.intents);
    for (const name of ['b.json', 'a.json.42.routed', 'c.json.tmp', 'notes.txt']) {
      writeFileSync(join(paths.intents, name), '{}');
    }
    const { total, rows } = await listOf('pending', paths, 1);
    expect(total).toBe(2);
    expect(rows).toMatchObject([{ name: 'a.json', bytes: 2, reason: null }]);
  });

  it('says why a file is in quarantine, also where its reason is damaged or lost', async () => {
    mkdirSync(paths.quarantine);
    const why = { name: 'x.json', error: 'EmptyIntent: the file is empty', next: ['correct it'] };
    for (const [name, reason] of [
      ['x.json.abc', JSON.stringify(why)],
      ['y.json.abc', '{'],
    ] as const) {
      writeFileSync(join(paths.quarantine, name), '');
      writeFileSync(join(paths.quarantine, `${name}.why.json`), reason);
    }
    const { rows } = await listOf('quarantined', paths, 10);
    expect(rows).toMatchObject([
      { name: 'x.json', reason: why.error, next: why.next },
      { name: 'y.json.abc', reason: 'unknown: no reason lies beside it' },
    ]);
  });
});
