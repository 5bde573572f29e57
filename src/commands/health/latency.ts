import { Flags } from '@oclif/core';
import { systemClock } from '../../lib/base/clock.js';
import { parseDurationMs } from '../../lib/base/duration.js';
import { KlorosError } from '../../lib/base/errors.js';
import { openObserver } from '../../lib/bus/open-observer.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { CODE_OF_STATUS } from '../../lib/cli/check-status.js';
import { latencyText } from '../../lib/cli/latency-text.js';
import { progressLine } from '../../lib/cli/progress-line.js';
import { withBus } from '../../lib/cli/with-bus.js';
import type { Config } from '../../lib/config/schema.js';
import type { Answers } from '../../lib/latency/answers.js';
import { judgeLatency, type LatencyReport } from '../../lib/latency/judge.js';
import { ProbeRun } from '../../lib/latency/probe-run.js';
import { sendProbes } from '../../lib/latency/send-probes.js';
import { idMaker } from '../../lib/signals/id.js';

const ROUTER = 'intent_router';
const MOST = 10_000;

/** How it is measured. */
interface Measure {
  count: number;
  rate: number;
  timeoutMs: number;
}

/** Measures how long an intent takes. */
export default class HealthLatency extends KlorosCommand {
  static override check = true;
  static override summary = 'Send probe intents through the running colony and draw how long they took';
  static override description = `Each asks about a tiny module that is made for it below the home and removed at the end, also at Ctrl-C.
A probe is investigated like every other question, and nothing is learned or registered by it; its signals stay in the journal.
A daemon that is started when there is work is started by the first probe, and that is counted in.`;
  static override examples = [
    '<%= config.bin %> health latency',
    '<%= config.bin %> health latency --count 100 --rate 50',
    `<%= config.bin %> health latency --json | jq '.result.hops[] | {hop, p99Ms}'`,
  ];
  static override flags = {
    count: Flags.integer({ summary: 'So many probes', default: 20, min: 1, max: MOST }),
    rate: Flags.integer({ summary: 'Probes a second', default: 10, min: 1, max: 1_000 }),
    timeout: Flags.string({ summary: 'Longest wait after the last probe', default: '60s', helpValue: 'DURATION' }),
  };

  async run(): Promise<LatencyReport> {
    const { flags } = await this.parse(HealthLatency);
    const measure = { count: flags.count, rate: flags.rate, timeoutMs: parseDurationMs(flags.timeout) };
    const { config } = await this.settings();
    demandRouter(config);
    const report = judgeLatency(await this.#measure(config, measure), {
      targetMs: config.health.latencyMs,
      isCut: this.interrupted.aborted,
    });
    this.status = CODE_OF_STATUS[report.status];
    this.log(latencyText(report, process.stdout.columns));
    return report;
  }

  async #measure(config: Config, measure: Measure): Promise<Answers> {
    const run = new ProbeRun({ config, clock: systemClock, run: idMaker(Math.random)(systemClock.nowMs()) });
    const bar = progressLine('Probes', this.mode);
    const progress = (answered: number) => bar.show(answered, measure.count);
    try {
      return await withBus(config, (bus) =>
        sendProbes(bus, run, { ...measure, clock: systemClock, abort: this.interrupted, progress }),
      );
    } finally {
      bar.end();
      await run.remove();
    }
  }
}

/** Without the router a probe would lie in the folder until it comes, and tell nothing. */
function demandRouter(config: Config): void {
  const observer = openObserver(config);
  try {
    if (observer.attendants().some(({ name }) => name === ROUTER)) return;
  } finally {
    observer.close();
  }
  throw new KlorosError({
    code: 'COLONY_NOT_RUNNING',
    message: `No ${ROUTER} runs in ${config.home}`,
    why: 'nobody would read the probes',
    next: ['kloros up', 'kloros daemon list'],
  });
}
