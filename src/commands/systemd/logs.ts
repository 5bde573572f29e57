import { Args, Flags } from '@oclif/core';
import { daemons, findDaemon } from '../../daemons/index.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { journalText } from '../../lib/cli/journal-line.js';
import { logFlags } from '../../lib/cli/log-flags.js';
import { scopeFlags, SystemdCommand } from '../../lib/cli/systemd-command.js';
import { readJournal } from '../../lib/systemd/journal.js';

/** Shows what the services wrote to the journal. */
export default class SystemdLogs extends SystemdCommand {
  static override summary = 'What the services, and systemd about them, wrote to the journal';
  static override examples = [
    '<%= config.bin %> systemd logs --lines 20',
    '<%= config.bin %> systemd logs intent-router --since "1 hour ago" --output jsonl',
  ];
  static override strict = false;
  static override args = { daemon: Args.string({ description: 'only these' }) };
  static override flags = {
    ...scopeFlags,
    ...logFlags,
    since: Flags.string({ summary: 'As journalctl reads it', helpValue: 'TIME' }),
  };

  async run(): Promise<void> {
    const { flags, argv } = await this.parse(SystemdLogs);
    const chosen =
      argv.length > 0 ? argv.map((name) => findDaemon(String(name)).name) : daemons.map(({ name }) => name);
    const code = await readJournal({
      scope: await this.scopeOf(flags),
      daemons: chosen,
      lines: flags.lines,
      since: flags.since,
      follow: flags.follow,
      abort: this.interrupted,
      env: process.env,
      onLine: (line) => void this.line(line, () => journalText(line)),
    });
    if (code !== 0 && !this.interrupted.aborted) this.status = ExitCode.failed;
  }
}
