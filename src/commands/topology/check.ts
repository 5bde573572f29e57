import { Flags } from '@oclif/core';
import chalk from 'chalk';
import { daemons } from '../../daemons/index.js';
import { systemClock } from '../../lib/base/clock.js';
import { parseDurationMs } from '../../lib/base/duration.js';
import { statusOf } from '../../lib/base/finding.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { CheckCode } from '../../lib/cli/exit-codes.js';
import { findingsSum, findingText } from '../../lib/cli/findings-text.js';
import { checkTopology, type TopologyFinding } from '../../lib/operator/topology/check.js';
import { lookAtTopology } from '../../lib/operator/topology/look.js';

const CODE = { OK: CheckCode.ok, WARNING: CheckCode.warning, CRITICAL: CheckCode.critical } as const;

/** Finds what nobody hears or says. */
export default class TopologyCheck extends KlorosCommand {
  static override check = true;
  static override summary = 'Find signals that nobody hears or says, shared ports, daemons that do not run';
  static override description = `Codes, levels and exit codes are those of kloros doctor, which tells of the same but of who does not run: see docs/doctor.md.
NOT_RUNNING and PORT_SHARED are problems (exit code 2); SIGNAL_UNHEARD (it shall make somebody work), SIGNAL_NEVER_SAID (a daemon
waits for it) and CONSUMER_LEFT_BEHIND are warnings (1); what concerns peers alone is a note (0).`;
  static override examples = ['<%= config.bin %> topology check', '<%= config.bin %> topology check --since 1d --json'];
  static override flags = {
    since: Flags.string({ summary: 'How far back sources count as seen', default: '1h', helpValue: 'DURATION' }),
  };

  async run(): Promise<TopologyFinding[]> {
    const { flags } = await this.parse(TopologyCheck);
    const nowMs = systemClock.nowMs();
    const sinceMs = nowMs - parseDurationMs(flags.since);
    const { config } = await this.settings();
    const findings = checkTopology(await lookAtTopology({ config, daemons, sinceMs, nowMs }, this.interrupted));
    this.status = CODE[statusOf(findings)];
    const end = findings.length === 0 ? chalk.green('Everything that is said is heard, and everybody runs') : '';
    this.log([...findings.map(findingText), chalk.bold(end || findingsSum(findings))].join('\n\n'));
    return findings;
  }
}
