import { Flags } from '@oclif/core';
import { momentOf } from '../../lib/base/clock-step.js';
import { systemClock } from '../../lib/base/clock.js';
import { parseDurationMs } from '../../lib/base/duration.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { confirmed } from '../../lib/cli/confirm.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { maintenanceText } from '../../lib/health/hold-text.js';
import { makeHome } from '../../lib/config/make-home.js';
import { pathsOf } from '../../lib/config/paths.js';
import { enterMaintenance, maintenanceAt, type Maintenance } from '../../lib/maintenance/mode.js';

/** Turns maintenance on. */
export default class MaintenanceOn extends KlorosCommand {
  static override summary = 'Let the daemons finish what they hold and take up nothing new';
  static override description = `Signals stay pending with no attempt counted, intents stay in their folder, the hub carries on.
It is on while the file maintenance_mode is in the home, whoever made it. Given again, it takes a new reason and end.`;
  static override examples = [
    '<%= config.bin %> maintenance on --reason "moving the disk" --for 30m --yes',
    '<%= config.bin %> maintenance on --dry-run',
  ];
  static override flags = {
    reason: Flags.string({ summary: 'Why; shown wherever a daemon waits', helpValue: 'TEXT' }),
    for: Flags.string({ summary: 'End by itself after this time, e.g. 30m', helpValue: 'DURATION' }),
    'dry-run': Flags.boolean({ summary: 'Show what would be done' }),
    yes: Flags.boolean({ summary: 'Do not ask', char: 'y' }),
  };

  async run(): Promise<{ maintenance: Maintenance | null }> {
    const { flags } = await this.parse(MaintenanceOn);
    const lastsMs = flags.for === undefined ? undefined : parseDurationMs(flags.for);
    const { config } = await this.settings();
    const { maintenance: path } = pathsOf(config);
    const now = momentOf(systemClock);
    const nowMs = now.wallMs;
    const before = maintenanceAt(path, systemClock);
    if (before) this.note(`It is on already: ${maintenanceText(before, nowMs)}`);
    const untilMs = lastsMs === undefined ? null : nowMs + lastsMs;
    const wanted = { reason: flags.reason ?? null, sinceMs: nowMs, untilMs };
    if (flags['dry-run']) {
      this.log(`Would write ${path}: all daemons of ${config.home} but the hub would wait`);
      return { maintenance: before ?? null };
    }
    const asked = { yes: flags.yes, mode: this.mode, abort: this.interrupted };
    if (!(await confirmed(`Let all daemons of ${config.home} wait?`, asked))) {
      this.note('Nothing was changed');
      this.status = ExitCode.failed;
      return { maintenance: before ?? null };
    }
    makeHome(config.home);
    await enterMaintenance(path, wanted, now);
    this.log(`Maintenance is on${untilMs === null ? '' : ` for ${flags.for ?? ''}`}; kloros maintenance off ends it`);
    return { maintenance: wanted };
  }
}
