import { Flags } from '@oclif/core';
import chalk from 'chalk';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { confirmed } from '../../lib/cli/confirm.js';
import { makeHome } from '../../lib/config/make-home.js';
import { pathsOf } from '../../lib/config/paths.js';
import { exampleFiles, writeExample } from '../../lib/dream/init.js';

/** Writes the example experiment. */
export default class DreamInit extends KlorosCommand {
  static override summary = 'Write a commented example experiment that runs as it is';
  static override description = `Writes dream.yaml, and an evaluator that weighs the size of compressed text against the time it takes.
A dream.yaml that is there already is never touched.`;
  static override examples = ['<%= config.bin %> dream init --dry-run', '<%= config.bin %> dream init --yes'];
  static override flags = {
    yes: Flags.boolean({ summary: 'Write without asking' }),
    'dry-run': Flags.boolean({ summary: 'Show what would be written' }),
  };

  async run(): Promise<{ written: string[]; dry_run: boolean }> {
    const { flags } = await this.parse(DreamInit);
    const { config } = await this.settings();
    const files = await exampleFiles(pathsOf(config).dream, config.home);
    for (const { path, content } of files) this.log(`${chalk.bold(path)}  ${content.split('\n').length} lines`);
    if (flags['dry-run']) return { written: [], dry_run: true };
    const options = { yes: flags.yes, mode: this.mode, abort: this.interrupted };
    if (!(await confirmed('Write them?', options))) return { written: [], dry_run: false };
    makeHome(config.home);
    const written = await writeExample(files);
    this.log(`Written. Try it: ${chalk.bold('kloros dream try compression')}`);
    return { written: written.map(({ path }) => path), dry_run: false };
  }
}
