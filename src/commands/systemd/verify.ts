import chalk from 'chalk';
import { daemons } from '../../daemons/index.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { runAsFlag, scopeFlags, scopeOf } from '../../lib/cli/systemd-scope.js';
import { renderTable } from '../../lib/cli/table.js';
import { analyzeUnits, type Verdict } from '../../lib/systemd/analyze.js';
import { machineLayout } from '../../lib/systemd/machine-layout.js';
import { renderUnits } from '../../lib/systemd/render-units.js';
import { unitDaemons } from '../../lib/systemd/unit-daemons.js';

/** Has systemd check the units that would be installed. */
export default class SystemdVerify extends KlorosCommand {
  static override summary = 'Have systemd check the units for this machine, without installing them';
  static override description = `Exposure is what systemd-analyze security says, from 0 (locked in) to 10 (may do anything).
Units of a user are less locked in, because a user's own systemd can enforce less.`;
  static override examples = ['<%= config.bin %> systemd verify', '<%= config.bin %> systemd verify --system --json'];
  static override flags = { ...scopeFlags, 'run-as': runAsFlag };

  async run(): Promise<Verdict[]> {
    const { flags } = await this.parse(SystemdVerify);
    const scope = scopeOf(flags);
    const { layout, config, warnings } = await machineLayout({
      scope,
      env: process.env,
      cwd: process.cwd(),
      execPath: process.execPath,
      root: this.config.root,
      home: this.homeFlag,
      runAs: flags['run-as'],
    });
    for (const warning of warnings) this.warn(warning);
    const verdicts = await analyzeUnits(renderUnits(unitDaemons(daemons, config), layout), scope);
    this.log(renderTable(verdicts, COLUMNS, { widthColumns: process.stdout.columns }));
    if (verdicts.some(({ complaints }) => complaints.length > 0)) this.status = ExitCode.failed;
    return verdicts;
  }
}

const COLUMNS = [
  { title: 'unit', cell: ({ unit }: Verdict) => unit },
  {
    title: 'exposure',
    cell: ({ exposure }: Verdict) => (exposure === null ? '-' : exposure.toFixed(1)),
    align: 'right' as const,
  },
  {
    title: 'systemd says',
    cell: ({ complaints }: Verdict) => (complaints.length === 0 ? 'fine' : chalk.red(complaints.join('\n'))),
    flexible: true,
  },
];
