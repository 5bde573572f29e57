import chalk from 'chalk';
import { daemons } from '../../daemons/index.js';
import { lineDiff } from '../../lib/base/line-diff.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { scopeFlags, SystemdCommand } from '../../lib/cli/systemd-command.js';
import { differs, type Drift, type FileDrift } from '../../lib/systemd/drift.js';
import { lookAtInstallation } from '../../lib/systemd/installation.js';
import { unitDaemons } from '../../lib/systemd/unit-daemons.js';

/** Shows what differs between the units on disk and those that would be installed. */
export default class SystemdDiff extends SystemdCommand {
  static override summary = 'What on disk differs from what would be installed, and by whose hand';
  static override description = 'Exit code 1 when something differs. kloros systemd install brings it up to date.';
  static override examples = ['<%= config.bin %> systemd diff', '<%= config.bin %> systemd diff --user --json'];
  static override flags = scopeFlags;

  async run(): Promise<FileDrift[]> {
    const { flags } = await this.parse(SystemdDiff);
    const { layout, config } = await this.machine(flags);
    const request = { layout, config, env: process.env, daemons: unitDaemons(daemons, config) };
    const { drift } = await lookAtInstallation(request);
    const changed = drift.filter(differs);
    for (const { path } of drift.filter((file) => file.drift === 'unseen'))
      this.warn(`${path} was not compared: only root can read it`);
    if (changed.length === 0) this.log('Nothing differs');
    else this.status = ExitCode.failed;
    for (const file of changed) this.#show(file);
    return changed;
  }

  #show({ path, drift, before, after }: FileDrift): void {
    this.log(`${chalk.bold(path)}: ${WORDS[drift]}`);
    if (drift === 'new' || drift === 'stale' || drift === 'missing') return;
    for (const { kind, text } of lineDiff(before, after)) {
      if (kind !== 'same') this.log(kind === 'added' ? chalk.green(`  + ${text}`) : chalk.red(`  - ${text}`));
    }
  }
}

const WORDS: Record<Drift, string> = {
  same: 'as it should be',
  new: 'not installed',
  missing: 'was installed, and somebody removed it',
  edited: 'somebody edited it since it was installed',
  outdated: 'as it was installed; kloros or its settings have changed since',
  foreign: 'kloros did not write it',
  stale: 'is no longer needed',
  unseen: 'cannot be read',
};
