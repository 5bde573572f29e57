import { daemons } from '../../daemons/index.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { renderTable } from '../../lib/cli/table.js';

/** A daemon as `daemon list` gives it to programs. */
interface Row {
  name: string;
  purpose: string;
  hears: string[];
  says: string[];
  /** Ports it binds with this configuration. */
  ports: number[];
}

const HUB_PORTS = [0, 1];

/** Lists the daemons. */
export default class DaemonList extends KlorosCommand {
  static override summary = 'Daemons of the colony: what each hears and says';
  static override examples = ['<%= config.bin %> daemon list', '<%= config.bin %> daemon list --json'];

  async run(): Promise<Row[]> {
    await this.parse(DaemonList);
    const { config } = await this.settings();
    const rows = daemons.map(({ name, purpose, hears, says, portOffset, role }) => {
      const offsets = role === 'hub' ? HUB_PORTS : portOffset === undefined ? [] : [portOffset];
      return {
        name,
        purpose,
        hears: [...hears],
        says: [...says],
        ports: offsets.map((offset) => config.portBase + offset),
      };
    });
    const columns = [
      { title: 'daemon', cell: (row: Row) => row.name },
      { title: 'port', cell: (row: Row) => row.ports.join(' ') || '-' },
      { title: 'hears', cell: (row: Row) => row.hears.join('\n') || '-' },
      { title: 'says', cell: (row: Row) => row.says.join('\n') || '-' },
      { title: 'purpose', cell: (row: Row) => row.purpose, flexible: true },
    ];
    this.log(renderTable(rows, columns, { widthColumns: process.stdout.columns }));
    return rows;
  }
}
