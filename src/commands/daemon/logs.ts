import { Flags } from '@oclif/core';
import { daemons, findDaemon } from '../../daemons/index.js';
import { systemClock } from '../../lib/base/clock.js';
import { renderLogLine } from '../../lib/base/log.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { journalText } from '../../lib/cli/journal-line.js';
import { logFlags } from '../../lib/cli/log-flags.js';
import { daemonArgs, KeeperCommand } from '../../lib/cli/keeper-command.js';
import { pathsOf } from '../../lib/config/paths.js';
import { parseSince, type Since } from '../../lib/operator/since.js';
import { readLogs, type LogLine } from '../../lib/keeping/read-logs.js';

/** Shows what daemons write. */
export default class DaemonLogs extends KeeperCommand {
  static override summary = 'What daemons wrote, whoever keeps them: journal or log files';
  static override description = `systemd keeps the journal; a detached supervisor keeps a log file for each daemon, and one of its own (kloros).
A supervisor in a terminal writes to that terminal, and nowhere else.`;
  static override examples = [
    '<%= config.bin %> daemon logs intent-router --lines 20',
    '<%= config.bin %> daemon logs --since 1h',
    '<%= config.bin %> daemon logs --follow',
  ];
  static override strict = false;
  static override args = daemonArgs;
  static override flags = {
    ...logFlags,
    since: Flags.string({ summary: 'All since then: 1h, an ISO time, or "beginning"', helpValue: 'TIME' }),
  };

  async run(): Promise<void> {
    const { flags, argv } = await this.parse(DaemonLogs);
    const named = argv.map((name) => findDaemon(String(name)).name);
    const { config } = await this.settings();
    const { kind } = await this.keeper(config);
    const { lines, follow } = flags;
    const chosen = named.length > 0 ? named : daemons.map(({ name }) => name);
    const ended = await readLogs({
      kind,
      folder: pathsOf(config).logs,
      daemons: named.length > 0 ? named : ['kloros', ...chosen],
      lines,
      sinceMs: flags.since === undefined ? undefined : sinceMsOf(parseSince(flags.since, systemClock.nowMs())),
      follow,
      abort: this.interrupted,
      env: process.env,
      onLine: (line) => this.line(line.object, () => textOf(line)),
    });
    if (!ended && !this.interrupted.aborted) this.status = ExitCode.failed;
  }
}

function textOf(line: LogLine): string {
  return line.kind === 'journal' ? journalText(line.object) : renderLogLine(line.daemon, line.text);
}

function sinceMsOf(since: Since): number {
  if (since === 'beginning') return 0;
  return since === 'now' ? systemClock.nowMs() : since.sinceMs;
}
