import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { cliEnv } from '../test/helpers/cli.js';
import { removeHome, temporaryConfig } from '../test/helpers/colony.js';
import { startUp } from '../test/helpers/up.js';
import { report } from './report.js';
import { round } from './statistics.js';

/** Seconds of idleness that are measured. */
const MEASURED_S = Number(process.argv[2] ?? 60);
/** A process that has just started tidies its memory once, some seconds later: that is the start's price. */
const SETTLING_S = 45;
const LIMIT_PERCENT = 1;
/** Ticks of /proc/<pid>/stat in a second; fixed on Linux. */
const TICKS_PER_S = 100;
const UTIME_FIELD = 11;
const STIME_FIELD = 12;
const KIBIBYTES_PER_MB = 1_024;

/** What the idle colony costs, as `kloros up` runs it: CPU of each process in percent of one core, and its memory. */
const config = await temporaryConfig();
const up = startUp(cliEnv({ KLOROS_HOME: config.home, KLOROS_PORT_BASE: String(config.portBase) }));
await up.ready();
const processes = new Map([['kloros up', up.pid], ...pidsByName()]);
await setTimeout(SETTLING_S * 1_000);
const before = ticksOfAll();
await setTimeout(MEASURED_S * 1_000);
const after = ticksOfAll();
const usage = [...processes].map(([name, pid]) => ({
  name,
  cpuPercent: percent((after.get(name) ?? 0) - (before.get(name) ?? 0)),
  rssMb: rssMbOf(pid),
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

function ticksOfAll(): Map<string, number> {
  return new Map([...processes].map(([name, pid]) => [name, ticksOf(pid)]));
}

/** CPU time that a process and all its threads have used, in ticks (proc(5)). */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[UTIME_FIELD]) + Number(fields[STIME_FIELD]);
}

function rssMbOf(pid: number): number {
  const kibibytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kibibytes) / KIBIBYTES_PER_MB);
}

function percent(ticks: number): number {
  return round((ticks / TICKS_PER_S / MEASURED_S) * 100);
}
