import { writeSync } from 'node:fs';
import { systemClock } from '../base/clock.js';
import { TimeHistogram } from '../base/histogram.js';
import { createLog } from '../base/log.js';
import { loadConfig } from '../config/load.js';
import { defineDaemon } from '../runtime/define-daemon.js';
import { runDaemon } from '../runtime/run-daemon.js';
import { linkToSupervisor } from '../supervise/supervisor-link.js';
import { LOAD, sharedNowMs } from './signals.js';

/** A process of its own, as every daemon is: measures how long a signal was under way, and answers where it is told to. */
const REPORT_FD = 3;
let times = new TimeHistogram();

function report(): void {
  writeSync(REPORT_FD, `${JSON.stringify({ ...times.distribution(), bins: times.bins() })}\n`);
  times = new TimeHistogram();
}

const handler = defineDaemon({
  name: 'bench_handler',
  purpose: 'Measures how long a signal was under way',
  hears: [LOAD.heard, LOAD.report],
  says: [LOAD.answer],
  from: 'beginning',
  handle: ({ signal, facts }) => {
    if (signal === LOAD.report) return report();
    times.record(sharedNowMs() - Number(facts['sentMs']));
    return facts['answer'] === true ? [{ signal: LOAD.answer, facts: {} }] : undefined;
  },
});

const link = linkToSupervisor(process.env);
const { config } = await loadConfig({ env: process.env, cwd: process.cwd(), flags: {} });
const log = createLog({
  ...{ daemon: handler.name, form: 'json' as const, level: 'warn' },
  write: (line) => void process.stderr.write(line),
});
const running = await runDaemon(handler, { config, clock: systemClock, log, random: Math.random });
const stop = () => void running.stop().then(() => process.exit(0));
link?.onGone(stop);
process.once('SIGTERM', stop);
link?.ready();
