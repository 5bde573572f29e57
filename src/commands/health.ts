import { Flags } from '@oclif/core';
import { sleep } from '../lib/base/timers.js';
import { daemons } from '../daemons/index.js';
import { systemClock } from '../lib/base/clock.js';
import { parseDurationMs } from '../lib/base/duration.js';
import { KlorosCommand } from '../lib/cli/base-command.js';
import { CODE_OF_STATUS } from '../lib/cli/check-status.js';
import { healthTable } from '../lib/cli/health-table.js';
import { operatorLog } from '../lib/cli/operator-log.js';
import { thresholdsOf } from '../lib/cli/thresholds.js';
import { healthChecks } from '../lib/health/checks/index.js';
import { openView } from '../lib/health/open-view.js';
import { runChecks, type HealthReport } from '../lib/health/run-checks.js';
import type { CheckStatus, HealthCheck } from '../lib/health/check.js';
import { selectChecks } from '../lib/health/select-checks.js';
import type { Config } from '../lib/config/schema.js';

const CLEAR = '\u001b[H\u001b[2J';

/** How a report is shown. */
interface Show {
  output: 'text' | 'jsonl' | 'nagios' | 'prometheus';
  checks: readonly HealthCheck[];
  /** Over the one before. */
  clear: boolean;
  failed: boolean;
}

/** Says whether all is well. */
export default class Health extends KlorosCommand {
  static override check = true;
  static override summary = 'Say whether the colony is well: daemons, flow, bus, journal, disk';
  static override description = `The checks: ${healthChecks.map(({ name }) => name).join(', ')}.
Each has limits in the configuration (kloros config show health); zero switches one off.
It looks and changes nothing, but for one HEALTH_PROBE that goes over the bus and back.`;
  static override examples = [
    '<%= config.bin %> health',
    '<%= config.bin %> health --check lag --check dead-letters --threshold lagWarning=50',
    '<%= config.bin %> health --skip throughput --failed --output nagios',
    '<%= config.bin %> health --wait --timeout 20s',
  ];
  static override flags = {
    check: Flags.string({ summary: 'Only this check', multiple: true, helpValue: 'NAME' }),
    skip: Flags.string({ summary: 'Not this check', multiple: true, helpValue: 'NAME' }),
    failed: Flags.boolean({ summary: 'Show only what is not well' }),
    threshold: Flags.string({ summary: 'Another limit for this look', multiple: true, helpValue: 'NAME=VALUE' }),
    watch: Flags.boolean({ summary: 'Look again and again, until Ctrl-C', exclusive: ['wait'] }),
    wait: Flags.boolean({ summary: 'Look again until nothing is CRITICAL or UNKNOWN' }),
    timeout: Flags.string({ summary: 'Longest wait', default: '60s', helpValue: 'DURATION' }),
    interval: Flags.string({ summary: 'Pause between two looks; 5s, with --wait 1s', helpValue: 'DURATION' }),
    output: Flags.option({
      summary: 'A table, a JSON object a look, a monitoring plugin line, or Prometheus text',
      options: ['text', 'jsonl', 'nagios', 'prometheus'] as const,
      default: 'text' as const,
      helpGroup: 'GLOBAL',
    })(),
  };

  async run(): Promise<HealthReport> {
    const { flags } = await this.parse(Health);
    const checks = selectChecks(healthChecks, { only: flags.check ?? [], skip: flags.skip ?? [] });
    const { config } = await this.settings(thresholdsOf(flags.threshold ?? []));
    const pauseMs = parseDurationMs(flags.interval ?? (flags.wait ? '1s' : '5s'));
    const untilMs = systemClock.monotonicMs() + parseDurationMs(flags.timeout);
    const hasWaited = (status: CheckStatus) => isHealthy(status) || systemClock.monotonicMs() >= untilMs;
    const show = { output: flags.output, checks, clear: flags.watch, failed: flags.failed };
    const isOver = ({ status }: HealthReport) => (flags.wait ? hasWaited(status) : !flags.watch);
    const abort = this.interrupted;
    for (;;) {
      const report = await this.#look(checks, config);
      const isLast = isOver(report) || abort.aborted;
      this.status = CODE_OF_STATUS[report.status];
      if (flags.watch || isLast) await this.#show(report, show);
      if (isLast || !(await pause(pauseMs, abort))) return onlyFailed(report, flags.failed);
    }
  }

  async #look(checks: readonly HealthCheck[], config: Config): Promise<HealthReport> {
    const view = openView({ config, clock: systemClock, log: operatorLog(), members: daemons });
    try {
      return await runChecks(checks, view);
    } finally {
      view.close();
    }
  }

  async #show(all: HealthReport, { output, checks, clear, failed }: Show): Promise<void> {
    const report = onlyFailed(all, failed);
    if (output === 'jsonl') return this.line(report);
    if (output === 'nagios') return this.log((await import('../lib/health/nagios.js')).nagiosLine(report));
    if (output === 'prometheus') {
      const { prometheusText } = await import('../lib/health/prometheus.js');
      return this.log((await prometheusText(report, checks)).trimEnd());
    }
    if (clear && process.stdout.isTTY) process.stdout.write(CLEAR);
    this.log(healthTable(report, process.stdout.columns));
  }
}

/** False where the pause was cut short. */
async function pause(ms: number, abort: AbortSignal): Promise<boolean> {
  await sleep(ms, abort);
  return !abort.aborted;
}

function onlyFailed(report: HealthReport, failed: boolean): HealthReport {
  return failed ? { ...report, checks: report.checks.filter(({ status }) => status !== 'OK') } : report;
}

function isHealthy(status: CheckStatus): boolean {
  return status === 'OK' || status === 'WARNING';
}
