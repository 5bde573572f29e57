import { setTimeout } from 'node:timers/promises';
import { cliEnv } from '../test/helpers/cli.js';
import { removeHome, temporaryConfig } from '../test/helpers/colony.js';
import { startUp } from '../test/helpers/up.js';
import { childrenOf, processUsage, type ProcessUsage } from './process-usage.js';
import { report } from './report.js';
import { round } from './statistics.js';

/** Seconds of idleness that are measured; half an hour says more than the five minutes that a run of all benchmarks has. */
const MEASURED_S = Number(process.env['KLOROS_BENCH_IDLE_S'] ?? 300);
/** By then who has nothing to do has ended, and who stays has tidied the memory of its start. */
const SETTLING_S = Number(process.env['KLOROS_BENCH_SETTLING_S'] ?? 150);

/** An idle colony with everything on demand beside one that is always on, in the same minutes of the same machine. */
const colonies = { alwaysOn: await start([]), onDemand: await start(['--on-demand']) };
await setTimeout(SETTLING_S * 1_000);
const before = { alwaysOn: usageOf(colonies.alwaysOn.up.pid), onDemand: usageOf(colonies.onDemand.up.pid) };
await setTimeout(MEASURED_S * 1_000);
const alwaysOn = since(before.alwaysOn, usageOf(colonies.alwaysOn.up.pid));
const onDemand = since(before.onDemand, usageOf(colonies.onDemand.up.pid));
/** The counts of a process that died are lost, and its start is not idleness. */
let died = 0;
for (const { up, config } of Object.values(colonies)) {
  died += up.events.filter(({ state }) => state === 'BACKOFF').length;
  await up.end('SIGTERM');
  removeHome(config);
}
const ratio = {
  cpu: round(onDemand.cpuPercentOfOneCore / alwaysOn.cpuPercentOfOneCore),
  wakeUps: round(onDemand.wakeUpsPerS / alwaysOn.wakeUpsPerS),
  pss: round(onDemand.pssMb / alwaysOn.pssMb),
};
const met = died === 0 && Math.max(...Object.values(ratio)) < 1;
report({ bench: 'on-demand', seconds: MEASURED_S, alwaysOn, onDemand, ratio, died, met });

async function start(args: readonly string[]) {
  const config = await temporaryConfig();
  const up = startUp(cliEnv({ KLOROS_HOME: config.home, KLOROS_PORT_BASE: String(config.portBase) }), args);
  await up.ready();
  return { config, up };
}

/** The supervisor's and its live daemons', added up. */
function usageOf(supervisor: number): ProcessUsage & { processes: number } {
  const each = [supervisor, ...childrenOf(supervisor)].map(processUsage);
  const sum = (of: keyof ProcessUsage) => each.reduce((total, usage) => total + usage[of], 0);
  return {
    processes: each.length,
    cpuMs: sum('cpuMs'),
    wakeUps: sum('wakeUps'),
    pssMb: sum('pssMb'),
    rssMb: sum('rssMb'),
  };
}

function since(first: ReturnType<typeof usageOf>, last: ReturnType<typeof usageOf>) {
  return {
    processes: last.processes,
    cpuPercentOfOneCore: round(((last.cpuMs - first.cpuMs) / (MEASURED_S * 1_000)) * 100),
    wakeUpsPerS: round((last.wakeUps - first.wakeUps) / MEASURED_S),
    pssMb: Math.round(last.pssMb),
    rssMb: Math.round(last.rssMb),
  };
}
