// Runs the benchmarks, or those that are named, one after another; each prints one JSON document.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', 'bench');
const HELPERS = ['bench-process.ts', 'process-usage.ts', 'report.ts', 'statistics.ts'];
const all = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && !HELPERS.includes(file))
  .map((file) => file.replace(/\.ts$/, ''));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are ${all.join(', ')}`);
  process.exit(2);
}

for (const name of wanted.length > 0 ? wanted : all) {
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', join(folder, `${name}.ts`)], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
