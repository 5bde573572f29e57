// Before packing: the built program starts, offers every command, and starts no slower than it should.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const root = join(import.meta.dirname, '..');
const RUNS = 9;
/** Start-up of `kloros version` over that of bare Node, each at its best, which other load disturbs least. Without the manifest it is 10. */
const LONGEST_RATIO = 6;

function run(args) {
  const startMs = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return { tookMs: performance.now() - startMs, stdout };
}

function bestMs(args) {
  return Math.min(...Array.from({ length: RUNS }, () => run(args).tookMs));
}

const idOf = (path) => path.replace(/\.js$/, '').replaceAll(/[\\/]/g, ':');
const built = readdirSync(join(root, 'dist/commands'), { recursive: true }).filter((path) => path.endsWith('.js'));
const { commands } = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8'));
const missing = built.map(idOf).filter((id) => !(id in commands));
if (missing.length > 0) throw new Error(`oclif.manifest.json lacks ${missing.join(', ')}: npm run build`);

const program = ['bin/run.js', 'version', '--json'];
const { kloros } = JSON.parse(run(program).stdout).result;
const ratio = bestMs(program) / bestMs(['-e', '0']);
if (ratio > LONGEST_RATIO)
  throw new Error(
    `kloros version starts in ${ratio.toFixed(1)} times the time of bare Node; ${LONGEST_RATIO} is the limit`,
  );
console.log(
  `kloros ${kloros} starts in ${ratio.toFixed(1)} times the time of bare Node, and offers ${built.length} commands`,
);
