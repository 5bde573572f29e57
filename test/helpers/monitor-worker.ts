import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { daemons } from '../../src/daemons/index.js';
import { orchestratorMonitor } from '../../src/daemons/orchestrator-monitor.js';
import { systemClock } from '../../src/lib/base/clock.js';
import { configSchema } from '../../src/lib/config/schema.js';
import { repairKeeper } from '../../src/lib/keeping/repair-keeper.js';
import { cannotRestart } from '../../src/lib/runtime/colony-door.js';
import { defineDaemon, type Attempt } from '../../src/lib/runtime/define-daemon.js';
import { runDaemon } from '../../src/lib/runtime/run-daemon.js';
import { silentLog, until } from './colony.js';

/** A monitor that is killed once in each repair, at the step by which the name of its rule ends. */
const [folder = '', settings = '{}'] = process.argv.slice(2);
const config = configSchema.parse(JSON.parse(settings));
const die = () => process.kill(process.pid, 'SIGKILL');

/** Whether this repair has not killed a monitor before, as it does from now on. */
function isFirst(rule: string): boolean {
  const path = join(folder, `died-${rule}`);
  if (existsSync(path)) return false;
  writeFileSync(path, '');
  return true;
}

writeFileSync(join(folder, 'monitor.pid'), String(process.pid));

const monitor = defineDaemon({
  ...orchestratorMonitor,
  handle: async (signal, attempt, resources) => {
    const rule = String(signal.facts['rule']);
    const isMeant = signal.signal === 'Q_REPAIR_STARTED' && isFirst(rule);
    const dieIf = (step: string) => isMeant && rule.endsWith(`_${step}`) && die();
    dieIf('decided');
    const said = await orchestratorMonitor.handle?.(signal, dying(attempt, dieIf), resources);
    dieIf('done');
    if (isMeant && rule.endsWith('_settling')) setImmediate(die);
    return said;
  },
});

function dying(attempt: Attempt, dieIf: (step: string) => void): Attempt {
  const begin = async (note: object) => {
    const earlier = await attempt.begin(note);
    dieIf('begun');
    return earlier;
  };
  const restart = async (daemon: string, abort: AbortSignal) => {
    const pids = async () => (await attempt.colony.processes()).filter(({ name }) => name === daemon);
    const before = (await pids()).map(({ pid }) => pid);
    const restarting = attempt.colony.restart(daemon, abort);
    await until('its process is gone', async () => (await pids()).every(({ pid }) => !before.includes(pid)));
    dieIf('doing');
    return restarting;
  };
  return { ...attempt, begin, colony: { ...attempt.colony, restart } };
}

const keeper = repairKeeper({ config, daemons, env: process.env, cannotRestart });
await runDaemon(monitor, { config, clock: systemClock, log: silentLog, random: Math.random, keeper });
