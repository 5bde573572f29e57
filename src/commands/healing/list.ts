import chalk from 'chalk';
import { daemons } from '../../daemons/index.js';
import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { healerOf } from '../../lib/cli/healing-sources.js';
import { healingRulesTable } from '../../lib/cli/healing-tables.js';
import { pathsOf } from '../../lib/config/paths.js';
import { ruleStatuses, type RuleStatus } from '../../lib/healing/status.js';

/** The rules, and which text they are from. */
interface Result {
  /** `built-in`, or eight hex digits of the file. */
  version: string;
  path: string;
  enabled: boolean;
  /** Repairs of all rules in an hour. */
  budget: number;
  rules: RuleStatus[];
}

/** Lists the healing rules. */
export default class HealingList extends KlorosCommand {
  static override summary = 'The rules by which the colony repairs itself, and where each stands';
  static override description = `Those that are in force, with cooldown, budget, and what each stands still about. Rules are built in, and changed
or added in healing.yaml; an edit that is wrong is refused and the rules before it stay. Exit code 1 while the file is refused.`;
  static override examples = ['<%= config.bin %> healing list', '<%= config.bin %> healing list --json'];

  async run(): Promise<Result> {
    await this.parse(HealingList);
    const { config } = await this.settings();
    const { state, file } = await healerOf(config, daemons);
    const nowMs = systemClock.nowMs();
    const rules = ruleStatuses(file.current, state, nowMs);
    const path = pathsOf(config).healing;
    const { version, budget } = file.current;
    const source = version === 'built-in' ? `built-in rules; ${path} may change them` : `${path}, version ${version}`;
    this.log(healingRulesTable(rules, nowMs));
    this.log(chalk.dim(`${source}; ${budget} repairs in an hour at most`));
    const { enabled } = config.healing;
    if (!enabled) this.warn('healing.enabled is false: no rule acts');
    if (file.refusal !== undefined) {
      const { message, why } = file.refusal.error;
      this.warn(`${message}: ${why ?? ''}; it is refused, these rules stay in force`);
      this.status = ExitCode.failed;
    }
    return { version, path, enabled, budget, rules };
  }
}
