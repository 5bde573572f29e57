import { Flags } from '@oclif/core';
import { daemons } from '../../daemons/index.js';
import { systemClock } from '../../lib/base/clock.js';
import { parseDurationMs } from '../../lib/base/duration.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { findingsText } from '../../lib/cli/topology-tables.js';
import { checkTopology, type Finding } from '../../lib/operator/topology/check.js';
import { lookAtTopology } from '../../lib/operator/topology/look.js';

/** Finds what nobody hears or says. */
export default class TopologyCheck extends KlorosCommand {
  static override summary = 'Find signals that nobody hears or says, shared ports, daemons that do not run';
  static override description = `NOT_RUNNING, PORT_SHARED, NOBODY_SAYS (somebody waits for it) and NOBODY_HEARS (it shall make somebody work) are problems;
NOBODY_HEARS of a name that only peers use, and CONSUMER_UNDECLARED, are hints. Exit code 1 when there is a problem.`;
  static override examples = ['<%= config.bin %> topology check', '<%= config.bin %> topology check --since 1d --json'];
  static override flags = {
    since: Flags.string({ summary: 'How far back sources count as seen', default: '1h', helpValue: 'DURATION' }),
  };

  async run(): Promise<Finding[]> {
    const { flags } = await this.parse(TopologyCheck);
    const nowMs = systemClock.nowMs();
    const sinceMs = nowMs - parseDurationMs(flags.since);
    const { config } = await this.settings();
    const findings = checkTopology(await lookAtTopology({ config, daemons, sinceMs, nowMs }, this.interrupted));
    if (findings.some(({ level }) => level === 'problem')) this.status = ExitCode.failed;
    this.log(findingsText(findings, process.stdout.columns));
    return findings;
  }
}
