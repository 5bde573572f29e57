import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { openWorkerPool } from '../../../src/lib/base/worker-pool.js';
import { temporaryFolder } from '../../helpers/temporary-folders.js';

const moduleFolder = (worker: string) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'worker.js'), worker);
  return { folder, caller: pathToFileURL(join(folder, 'caller.js')).href };
};

it('loads its module by import alone, since Node aborts when a thread is ended that requires one', async () => {
  const { caller } = moduleFolder('export default () => process.features.require_module;');
  const pool = openWorkerPool(caller, './worker', { maxThreads: 1, memoryMb: 64 });
  expect(await pool.run(undefined)).toBe(false);
  await pool.destroy();
});

it('lets no task wait for a thread that cannot be loaded, and starts another for the next', async () => {
  const { folder, caller } = moduleFolder(
    `import { existsSync } from 'node:fs';
if (!existsSync(new URL('./mended', import.meta.url))) throw new Error('it cannot be loaded');
export default (n) => n + 1;`,
  );
  const pool = openWorkerPool(caller, './worker', { maxThreads: 1, memoryMb: 64, minThreads: 1 });
  for (let n = 0; n < 3; n += 1) await expect(pool.run(n)).rejects.toThrow('it cannot be loaded');
  writeFileSync(join(folder, 'mended'), '');
  expect(await pool.run(1)).toBe(2);
  await pool.destroy();
});
