import { Args, Flags } from '@oclif/core';
import { daemons, findDaemon } from '../../daemons/index.js';
import { systemClock } from '../../lib/base/clock.js';
import type { Pause } from '../../lib/bus/bus.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { pauseText } from '../../lib/health/hold-text.js';
import { withBus } from '../../lib/cli/with-bus.js';

/** Who goes on, and by whose word each had stopped. */
interface Result {
  resumed: { name: string; pause: Pause }[];
}

/** What another command ends: it holds for all daemons alike, so the first says it. */
function staying(paused: Result['resumed']): { pause: Pause; ends: string }[] {
  return paused.flatMap(({ pause }) => (pause.lift === undefined ? [] : [{ pause, ends: pause.lift }])).slice(0, 1);
}

/** Lets paused daemons go on. */
export default class DaemonResume extends KlorosCommand {
  static override summary = 'Let paused daemons go on, whoever paused them';
  static override description = `After kloros daemon pause, and after a signal governance.kill. Without names it lets all go on.
Maintenance is another thing: kloros maintenance off.`;
  static override examples = [
    '<%= config.bin %> daemon resume',
    '<%= config.bin %> daemon resume investigation-consumer',
    '<%= config.bin %> daemon resume --dry-run',
  ];
  static override strict = false;
  static override args = { daemon: Args.string({ description: 'its name; several are allowed, all without' }) };
  static override flags = { 'dry-run': Flags.boolean({ summary: 'Show who would go on' }) };

  async run(): Promise<Result> {
    const { flags, argv } = await this.parse(DaemonResume);
    const named = argv.map((name) => findDaemon(String(name)).name);
    const meant = named.length > 0 ? named : daemons.map(({ name }) => name);
    const { config } = await this.settings();
    return withBus(config, async (bus) => {
      const paused: Result['resumed'] = [];
      for (const name of meant) {
        const pause = await bus.pauseOf(name);
        if (pause !== undefined) paused.push({ name, pause });
      }
      const resumed = paused.filter(({ pause }) => pause.lift === undefined);
      if (!flags['dry-run']) await bus.setPaused(named.length > 0 ? named : null, null);
      const nowMs = systemClock.nowMs();
      for (const { name, pause } of resumed)
        this.log(`${flags['dry-run'] ? 'Would go on' : 'Goes on'}: ${name}, ${pauseText(pause, nowMs)}`);
      if (paused.length === 0) this.log('Nobody of them was paused');
      for (const { pause, ends } of staying(paused)) this.warn(`All stay ${pauseText(pause, nowMs)}; ${ends} ends it`);
      return { resumed };
    });
  }
}
