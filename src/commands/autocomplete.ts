import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Args } from '@oclif/core';
import { KlorosCommand } from '../lib/cli/base-command.js';
import { completionScript, SHELLS, switchedOn, type Shell } from '../lib/completion/script.js';

/** Prints what makes a shell complete commands, flags and names. */
export default class Autocomplete extends KlorosCommand {
  static override summary = 'Let bash or zsh complete commands, flags, and names of signals, daemons and dead letters';
  static override description = `Prints a script for the shell to read. Names come from the home that the command would use. Without a shell it says how
to switch completion on.`;
  static override examples = [
    '<%= config.bin %> autocomplete',
    '<%= config.bin %> autocomplete bash',
    '<%= config.bin %> autocomplete zsh > ~/.kloros-completion.zsh',
  ];
  static override args = { shell: Args.option({ description: 'the shell', options: SHELLS })() };

  async run(): Promise<{ shell: Shell; script: string; switch_on: string }> {
    const { args } = await this.parse(Autocomplete);
    const shell = args.shell ?? ownShell();
    const program = fileURLToPath(new URL('../../bin/complete.js', import.meta.url));
    const script = completionScript(shell, { bin: this.config.bin, node: process.execPath, program });
    const on = switchedOn(shell, this.config.bin);
    this.log(
      args.shell === undefined ? `In ${shell}, now and for good:\n\n  ${on}\n  exec ${shell}` : script.trimEnd(),
    );
    return { shell, script, switch_on: on };
  }
}

function ownShell(): Shell {
  const name = basename(process.env['SHELL'] ?? '');
  return SHELLS.find((shell) => shell === name) ?? 'bash';
}
