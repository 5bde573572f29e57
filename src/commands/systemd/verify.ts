import chalk from 'chalk';
import { daemons } from '../../daemons/index.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { scopeFlags, SystemdCommand } from '../../lib/cli/systemd-command.js';
import { renderTable } from '../../lib/cli/table.js';
import { analyzeUnits, type Verdict } from '../../lib/systemd/analyze.js';
import { renderUnits } from '../../lib/systemd/render-units.js';
import { unitDaemons } from '../../lib/systemd/unit-daemons.js';

/** Has systemd check the units that would be installed. */
export default class SystemdVerify extends SystemdCommand {
  static override summary = 'Have systemd check the units for this machine, without installing them';
  static override description = `Exposure is what systemd-analyze security says, from 0 (locked in) to 10 (may do anything).
Units of a user are less locked in, because a user's own systemd can enforce less.`;
  static override examples = ['<%= config.bin %> systemd verify', '<%= config.bin %> systemd verify --system --json'];
  static override flags = scopeFlags;

  async run(): Promise<Verdict[]> {
    const { flags } = await this.parse(SystemdVerify);
    const { layout, config } = await this.machine(flags);
    const verdicts = await analyzeUnits(renderUnits(unitDaemons(daemons, config), layout), layout.scope);
    this.log(renderTable(verdicts, COLUMNS, { widthColumns: process.stdout.columns }));
    if (verdicts.some(({ complaints }) => complaints.length > 0)) this.status = ExitCode.failed;
    return verdicts;
  }
}

const COLUMNS = [
  { title: 'unit', cell: ({ unit }: Verdict) => unit },
  {
    title: 'exposure',
    cell: ({ exposure }: Verdict) => (exposure === null ? null : exposure.toFixed(1)),
    align: 'right' as const,
  },
  {
    title: 'systemd says',
    cell: ({ complaints }: Verdict) => (complaints.length === 0 ? 'fine' : chalk.red(complaints.join('\n'))),
    flexible: true,
  },
];
