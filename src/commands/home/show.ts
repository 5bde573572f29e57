import { KlorosCommand } from '../../lib/cli/base-command.js';
import { homeText, reachOf, type Reach } from '../../lib/cli/home-text.js';
import { homeStanding, type HomeStanding } from '../../lib/bus/home.js';
import { pathsOf } from '../../lib/config/paths.js';

/** Which home this is. */
export default class HomeShow extends KlorosCommand {
  static override summary = 'Show which home this is, whether it is a copy, and what it reaches';
  static override description =
    'A home whose files were copied, restored or moved to another disk is another home: it starts paused, until kloros home adopt.';
  static override examples = ['<%= config.bin %> home show', '<%= config.bin %> home show --json'];

  async run(): Promise<HomeStanding & { reach: Reach[] }> {
    await this.parse(HomeShow);
    const { config } = await this.settings();
    const standing = homeStanding(config);
    const reach = await reachOf(config, pathsOf(config).dream);
    this.log(homeText(standing, reach, config.home));
    return { ...standing, reach };
  }
}
