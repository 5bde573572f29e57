import { Flags } from '@oclif/core';
import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand, outputFlag } from '../../lib/cli/base-command.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { decisionLogOf } from '../../lib/cli/policy-sources.js';
import { decisionsTable } from '../../lib/cli/policy-tables.js';
import { parseSince } from '../../lib/operator/since.js';
import type { Decision } from '../../lib/policy/decision.js';

const OUTCOMES = ['acted', 'nothing', 'waits', 'noted', 'failed'] as const;

/** Lists decisions of the policy engine. */
export default class PolicyDecisions extends KlorosCommand {
  static override summary = 'What the policy engine decided, and why, the newest first';
  static override description = `Every decision is there, also the one to do nothing. It reads policy_decisions.jsonl and those that were set aside.`;
  static override examples = [
    '<%= config.bin %> policy decisions',
    '<%= config.bin %> policy decisions --outcome acted --since 1d',
    '<%= config.bin %> policy decisions --rule promotions_start_a_cycle --output jsonl',
  ];
  static override flags = {
    outcome: Flags.option({ summary: 'Only those', options: OUTCOMES, multiple: true })(),
    rule: Flags.string({ summary: 'Only of this rule', helpValue: 'NAME' }),
    signal: Flags.string({ summary: 'Only on this signal', helpValue: 'NAME' }),
    since: Flags.string({ summary: 'Only newer ones: 1h, or an ISO time', helpValue: 'TIME' }),
    limit: Flags.integer({ summary: 'At most so many', default: 50, min: 1 }),
    output: outputFlag(),
  };

  async run(): Promise<Decision[]> {
    const { flags } = await this.parse(PolicyDecisions);
    const { config } = await this.settings();
    const nowMs = systemClock.nowMs();
    const since = flags.since === undefined ? 'beginning' : parseSince(flags.since, nowMs);
    const fromMs = typeof since === 'object' ? since.sinceMs : since === 'now' ? nowMs : -Infinity;
    const decisions = await decisionLogOf(config).newest(
      flags.limit,
      ({ outcome, rule, signal, at }) =>
        (flags.outcome?.includes(outcome) ?? true) &&
        (flags.rule === undefined || rule === flags.rule) &&
        (flags.signal === undefined || signal.name === flags.signal) &&
        Date.parse(at) >= fromMs,
    );
    for (const decision of decisions) await this.line(decision);
    if (decisions.length === 0) this.status = ExitCode.notFound;
    this.log(decisions.length === 0 ? 'No decision matches.' : decisionsTable(decisions, nowMs));
    return decisions;
  }
}
