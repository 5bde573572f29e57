import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Flags } from '@oclif/core';
import { findDaemon } from '../daemons/index.js';
import { systemClock } from '../lib/base/clock.js';
import { KlorosCommand } from '../lib/cli/base-command.js';
import { CODE_OF_STATUS } from '../lib/cli/check-status.js';
import { usageError } from '../lib/cli/command-error.js';
import { loadText } from '../lib/cli/load-text.js';
import { operatorLog } from '../lib/cli/operator-log.js';
import { judgeLoad, type LoadReport } from '../lib/load/judge.js';
import { measureLoad } from '../lib/load/measure.js';
import { withPrivateBus } from '../lib/load/private-bus.js';
import { idMaker } from '../lib/signals/id.js';

/** Measures what this machine holds. */
export default class Bench extends KlorosCommand {
  static override check = true;
  static override summary = 'Load a private bus for a few seconds and say what this machine holds';
  static override description = `The real hub and a handler, each a process of its own, in a temporary home with ports of its own: a colony that runs is
not touched, but shares the machine, as it shows. All of it is removed at the end, also at Ctrl-C.`;
  static override examples = [
    '<%= config.bin %> bench',
    `<%= config.bin %> bench --json | jq '.result | {handledPerSecond, p99Ms: .latency.p99Ms}'`,
  ];
  static override flags = {
    beside: Flags.string({
      summary:
        'Measure the disk of this folder; without it, that of the home, or of temporary files where there is none',
      helpValue: 'DIR',
    }),
  };

  async run(): Promise<LoadReport> {
    const { flags } = await this.parse(Bench);
    const { config } = await this.settings();
    const beside = flags.beside ?? (existsSync(config.home) ? config.home : tmpdir());
    if (!existsSync(beside)) throw usageError(`There is no folder ${beside}`, 'its disk cannot be measured', []);
    const abort = this.interrupted;
    const around = { clock: systemClock, log: operatorLog(), random: Math.random, abort, env: process.env };
    const program = { root: this.config.root, fromSources: import.meta.url.endsWith('.ts') };
    const figures = await withPrivateBus({ ...around, beside, program, hub: findDaemon('chemical_bus') }, (place) => {
      const progress = (phase: string) => this.note(`Measures: ${phase} …`);
      return measureLoad(place, { clock: systemClock, nextId: idMaker(Math.random), abort, progress });
    });
    const report = judgeLoad(figures, beside, config);
    this.status = CODE_OF_STATUS[report.status];
    this.log(loadText(report, process.stdout.columns));
    return report;
  }
}
