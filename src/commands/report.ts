import { Flags } from '@oclif/core';
import { daemons } from '../daemons/index.js';
import { writeFileOutside } from '../lib/base/atomic-file.js';
import { systemClock } from '../lib/base/clock.js';
import { KlorosCommand } from '../lib/cli/base-command.js';
import { operatorLog } from '../lib/cli/operator-log.js';
import { openView } from '../lib/health/open-view.js';
import { gatherReport } from '../lib/report/gather.js';
import { reportHtml } from '../lib/report/report-html.js';

/** Writes the colony down as a page. */
export default class Report extends KlorosCommand {
  static override summary = 'Write one page about the colony: health, flow, latency, topology, dead letters, acts';
  static override description = `The page needs no network and no script: it can be mailed, kept, and opened on a phone.
It names the ids of recent signals and causes of dead letters, and no other facts.`;
  static override examples = ['<%= config.bin %> report --html report.html'];
  static override flags = {
    html: Flags.string({ summary: 'File to write, which is replaced', helpValue: 'FILE', required: true }),
  };

  async run(): Promise<{ html: string; status: string }> {
    const { flags } = await this.parse(Report);
    const { config } = await this.settings();
    const view = openView({ config, clock: systemClock, log: operatorLog(), members: daemons });
    try {
      const data = await gatherReport(view, daemons, this.interrupted);
      await writeFileOutside(flags.html, reportHtml(data));
      this.log(`Wrote ${flags.html}`);
      return { html: flags.html, status: data.health.status };
    } finally {
      view.close();
    }
  }
}
