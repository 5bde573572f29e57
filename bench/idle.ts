import { setTimeout } from 'node:timers/promises';
import { cliEnv } from '../test/helpers/cli.js';
import { removeHome, temporaryConfig } from '../test/helpers/colony.js';
import { startUp } from '../test/helpers/up.js';
import { processUsage } from './process-usage.js';
import { report } from './report.js';
import { round } from './statistics.js';

/** Seconds of idleness that are measured. */
const MEASURED_S = Number(process.argv[2] ?? 60);
/** A process that has just started tidies its memory once, some seconds later: that is the start's price. */
const SETTLING_S = 45;
const LIMIT_PERCENT = 1;
/** What the idle colony costs, as `kloros up` runs it: CPU of each process in percent of one core, and its memory. */
const config = await temporaryConfig();
const up = startUp(cliEnv({ KLOROS_HOME: config.home, KLOROS_PORT_BASE: String(config.portBase) }));
await up.ready();
const processes = new Map([['kloros up', up.pid], ...pidsByName()]);
await setTimeout(SETTLING_S * 1_000);
const before = cpuMsOfAll();
await setTimeout(MEASURED_S * 1_000);
const after = cpuMsOfAll();
const usage = [...processes].map(([name, pid]) => ({
  name,
  cpuPercent: percent((after.get(name) ?? 0) - (before.get(name) ?? 0)),
  rssMb: processUsage(pid).rssMb,
}));
await up.end('SIGTERM');
removeHome(config);

const cpuPercent = round(usage.reduce((sum, one) => sum + one.cpuPercent, 0));
report({
  bench: 'idle',
  seconds: MEASURED_S,
  cpuPercentOfOneCore: cpuPercent,
  rssMb: Math.round(usage.reduce((sum, one) => sum + one.rssMb, 0)),
  processes: usage,
  met: cpuPercent < LIMIT_PERCENT,
});

function pidsByName(): [string, number][] {
  const names = new Set(up.events.flatMap(({ name }) => name ?? []));
  return [...names].map((name) => [name, up.pidOf(name)]);
}

function cpuMsOfAll(): Map<string, number> {
  return new Map([...processes].map(([name, pid]) => [name, processUsage(pid).cpuMs]));
}

function percent(cpuMs: number): number {
  return round((cpuMs / (MEASURED_S * 1_000)) * 100);
}
