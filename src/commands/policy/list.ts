import chalk from 'chalk';
import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { engineOf } from '../../lib/cli/policy-sources.js';
import { rulesTable } from '../../lib/cli/policy-tables.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { pathsOf } from '../../lib/config/paths.js';
import { ruleStatuses, type RuleStatus } from '../../lib/policy/status.js';

/** The rules, and which text they are from. */
interface Result {
  /** `built-in`, or eight hex digits of the file. */
  version: string;
  path: string;
  rules: RuleStatus[];
}

/** Lists the rules of the policy engine. */
export default class PolicyList extends KlorosCommand {
  static override summary = 'The rules by which the colony acts of its own accord';
  static override description = `Those that are in force, with what each did last. Rules are built in, and changed or added in policies.yaml;
an edit that is wrong is refused and the rules before it stay. Exit code 1 while the file is refused.`;
  static override examples = ['<%= config.bin %> policy list', '<%= config.bin %> policy list --json'];

  async run(): Promise<Result> {
    await this.parse(PolicyList);
    const { config } = await this.settings();
    const { state, file } = await engineOf(config);
    const rules = ruleStatuses(file.current, state);
    const path = pathsOf(config).policies;
    const { version } = file.current;
    this.log(rulesTable(rules, systemClock.nowMs()));
    this.log(
      chalk.dim(version === 'built-in' ? `built-in rules; ${path} may change them` : `${path}, version ${version}`),
    );
    if (file.refusal !== undefined) {
      const { message, why } = file.refusal.error;
      this.warn(`${message}: ${why ?? ''}; it is refused, these rules stay in force`);
      this.status = ExitCode.failed;
    }
    return { version, path, rules };
  }
}
