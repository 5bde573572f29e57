import { Flags } from '@oclif/core';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { confirmed } from '../../lib/cli/confirm.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { homeText, reachOf, type Reach } from '../../lib/cli/home-text.js';
import { operatorLog } from '../../lib/cli/operator-log.js';
import { adoptHomeOf, homeStanding, type HomeStanding } from '../../lib/bus/home.js';
import { pathsOf } from '../../lib/config/paths.js';

/** Makes a copied home this machine's own. */
export default class HomeAdopt extends KlorosCommand {
  static override summary = "Make a copied, restored or moved home this machine's own, and let its daemons go on";
  static override description = `It shows first what the colony would read, write and speak with, which the original may still do.
Change what is not meant in config.yaml and dream.yaml before. Daemons that run go on within a few seconds.`;
  static override examples = ['<%= config.bin %> home adopt --dry-run', '<%= config.bin %> home adopt --yes'];
  static override flags = {
    'dry-run': Flags.boolean({ summary: 'Show what the home reaches, and change nothing' }),
    yes: Flags.boolean({ summary: 'Skip the confirmation', char: 'y' }),
  };

  async run(): Promise<HomeStanding & { reach: Reach[] }> {
    const { flags } = await this.parse(HomeAdopt);
    const { config } = await this.settings();
    const before = homeStanding(config);
    const reach = await reachOf(config, pathsOf(config).dream);
    this.log(homeText(before, reach, config.home));
    if (!before.isPaused) this.note('There is nothing to adopt');
    if (flags['dry-run'] || !before.isPaused) return { ...before, reach };
    const asked = { yes: flags.yes, mode: this.mode, abort: this.interrupted };
    if (!(await confirmed(`Let the colony of ${config.home} work on these?`, asked))) {
      this.note('Nothing was changed');
      this.status = ExitCode.failed;
      return { ...before, reach };
    }
    const home = await adoptHomeOf(config, operatorLog());
    this.log(`Adopted: ${config.home} is a home of its own`);
    return { home, isPaused: false, reach };
  }
}
