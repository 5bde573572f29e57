import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../src/lib/base/clock.js';
import { openBus } from '../src/lib/bus/open-bus.js';
import { pathsOf } from '../src/lib/config/paths.js';
import { removeHome, silentLog, temporaryConfig, until } from '../test/helpers/colony.js';
import { startProcess } from './bench-process.js';
import { report } from './report.js';
import { summarise } from './statistics.js';

const PACKAGES = Number(process.argv[2] ?? 100);
const FILES = 10;
const WARM_UP = 10;
const PATIENCE_MS = 30_000;
const LIMIT_P99_MS = 500;

/** From a file renamed into the intents folder to Q_INVESTIGATION_COMPLETE, for a Python package of ten files, one at a time. */
const config = await temporaryConfig();
const [sourceRoot = config.home] = config.sourceRoots;
const { intents } = pathsOf(config);
mkdirSync(intents, { recursive: true });
const json = JSON.stringify(config);
const hub = await startProcess('children/daemon.ts', ['hub', json]);
const router = await startProcess('children/intent-router.ts', [json]);
const investigator = await startProcess('children/daemon.ts', ['investigator', json]);
const bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'bench' });

const tookMs: number[] = [];
for (let index = 0; index < WARM_UP + PACKAGES; index += 1) {
  const took = await ask(writePackage(index));
  if (index >= WARM_UP) tookMs.push(took);
}
const took = summarise(tookMs);
const met = took.p99 < LIMIT_P99_MS;
report({ bench: 'investigation', unit: 'ms', filesPerPackage: FILES, took, met });

await bus.close();
await Promise.all([router.end(), investigator.end()]);
await hub.end();
removeHome(config);

/** Ten modules of some thirty lines, no two packages alike: what was seen before would be answered from the record. */
function writePackage(index: number): string {
  const name = `package_${index}`;
  mkdirSync(join(sourceRoot, name), { recursive: true });
  for (let file = 0; file < FILES; file += 1)
    writeFileSync(join(sourceRoot, name, `module_${file}.py`), moduleText(name, file));
  return name;
}

function moduleText(name: string, file: number): string {
  const functions = Array.from(
    { length: 5 },
    (_, number) => `
def ${name}_task_${file}_${number}(value: int, times: int = 1) -> int:
    """Repeats step ${number} of module ${file}."""
    total = 0
    for _ in range(times):
        total += value * ${number}
    return total
`,
  );
  return `"""Part ${file} of ${name}."""\nimport json\nfrom . import module_${(file + 1) % FILES}\n${functions.join('\n')}`;
}

async function ask(name: string): Promise<number> {
  const question = `discover.module.${name}`;
  const intent = {
    intent_type: 'curiosity_investigate',
    priority: 5,
    reason: `The module ${name} is not in the registry`,
    data: { question: `What does ${name} do?`, question_id: question, evidence: [`path:${join(sourceRoot, name)}`] },
    emitted_by: 'bench',
  };
  const file = join(intents, `1_curiosity_investigate_${name}.json`);
  writeFileSync(`${file}.tmp`, JSON.stringify(intent));
  const afterSeq = await bus.newest();
  const startedMs = performance.now();
  renameSync(`${file}.tmp`, file);
  let tookMs = NaN;
  await until(
    `${question} is answered`,
    async () => {
      const [answer] = await bus.browse({ afterSeq, signals: ['Q_INVESTIGATION_COMPLETE'], limit: 1 });
      if (answer === undefined) return false;
      tookMs = performance.now() - startedMs;
      return true;
    },
    PATIENCE_MS,
  );
  return tookMs;
}
