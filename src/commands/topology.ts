import { Flags } from '@oclif/core';
import { daemons } from '../daemons/index.js';
import { systemClock } from '../lib/base/clock.js';
import { parseDurationMs } from '../lib/base/duration.js';
import { KlorosCommand } from '../lib/cli/base-command.js';
import { membersTable } from '../lib/cli/topology-tables.js';
import { dotOf, mermaidOf } from '../lib/operator/topology/graph.js';
import { lookAtTopology } from '../lib/operator/topology/look.js';
import { svgOf } from '../lib/operator/topology/svg.js';
import type { Topology as Found } from '../lib/operator/topology/topology.js';

/** Who says and hears what. */
export default class Topology extends KlorosCommand {
  static override summary = 'Show who says and hears what, on which port';
  static override description = `From the list of daemons and the configuration, the consumers that are registered with the journal, and the sources that
really spoke lately. As a table, or drawn: a peer is an ellipse, what does not run and what nobody hears is dashed.`;
  static override examples = [
    '<%= config.bin %> topology',
    '<%= config.bin %> topology --mermaid',
    '<%= config.bin %> topology --svg > colony.svg',
    '<%= config.bin %> topology --dot | dot -Tpng -o colony.png',
  ];
  static override flags = {
    mermaid: Flags.boolean({ summary: 'As a Mermaid flow chart', exclusive: ['dot', 'svg'] }),
    dot: Flags.boolean({ summary: 'As a graph for Graphviz', exclusive: ['mermaid', 'svg'] }),
    svg: Flags.boolean({ summary: 'As a drawing', exclusive: ['mermaid', 'dot'] }),
    since: Flags.string({ summary: 'How far back sources count as seen', default: '1h', helpValue: 'DURATION' }),
  };

  async run(): Promise<Found> {
    const { flags } = await this.parse(Topology);
    const nowMs = systemClock.nowMs();
    const sinceMs = nowMs - parseDurationMs(flags.since);
    const { config } = await this.settings();
    const found = await lookAtTopology({ config, daemons, sinceMs, nowMs }, this.interrupted);
    if (flags.svg) this.log(await svgOf(dotOf(found)));
    else if (flags.dot) this.log(dotOf(found));
    else if (flags.mermaid) this.log(mermaidOf(found));
    else this.log(membersTable(found.members, process.stdout.columns));
    return found;
  }
}
