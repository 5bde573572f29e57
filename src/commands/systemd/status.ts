import chalk from 'chalk';
import { daemons } from '../../daemons/index.js';
import { systemClock } from '../../lib/base/clock.js';
import { own } from '../../lib/base/own.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { formatDuration } from '../../lib/cli/formats.js';
import { scopeFlags, SystemdCommand } from '../../lib/cli/systemd-command.js';
import { renderTable } from '../../lib/cli/table.js';
import { pathsOf } from '../../lib/config/paths.js';
import { isChosen } from '../../lib/systemd/installation.js';
import { readRecord } from '../../lib/systemd/record.js';
import { systemctlOf } from '../../lib/systemd/systemctl.js';
import { unitStates, type UnitState } from '../../lib/systemd/unit-states.js';

/** How systemd keeps the daemons. */
export default class SystemdStatus extends SystemdCommand {
  static override summary = 'How systemd keeps each daemon, and why one is not running';
  static override description = `At rest is who ended for lack of work and is started when a signal waits for it.
Exit code 1 when one that is installed is neither active nor at rest, 3 when none is installed.`;
  static override examples = ['<%= config.bin %> systemd status', '<%= config.bin %> systemd status --user --json'];
  static override flags = scopeFlags;

  async run(): Promise<UnitState[]> {
    const { flags } = await this.parse(SystemdStatus);
    const scope = await this.scopeOf(flags);
    const names = await this.#installed();
    const states = await unitStates(systemctlOf(scope, process.env), scope, names);
    this.log(renderTable(states, columns(systemClock.nowMs()), { widthColumns: process.stdout.columns }));
    const tired = states.filter(({ state }) => state === 'failed').map(({ daemon }) => daemon);
    if (tired.length > 0)
      this.note(`Next: kloros systemd logs; when it is mended: kloros daemon start ${tired.join(' ')}`);
    const left = daemons.length - names.length;
    if (left > 0) this.note(`${left} more were not chosen to be installed: kloros systemd install --all`);
    if (states.every(({ state }) => state === 'absent')) this.status = ExitCode.notFound;
    else if (states.some(({ state }) => state !== 'active' && state !== 'idle')) this.status = ExitCode.failed;
    return states;
  }

  /** Those that somebody chose, or all. */
  async #installed(): Promise<string[]> {
    const { config } = await this.settings();
    const record = await readRecord(pathsOf(config).systemd);
    const chosen = record?.chosen ?? null;
    return daemons.filter(({ name, role }) => isChosen(chosen, name, role === 'hub')).map(({ name }) => name);
  }
}

const COLOUR: Record<string, (text: string) => string> = { active: chalk.green, failed: chalk.red, absent: chalk.dim };

function columns(nowMs: number) {
  return [
    { title: 'unit', cell: ({ unit }: UnitState) => unit },
    {
      title: 'state',
      cell: ({ state, subState }: UnitState) => {
        if (state === 'idle') return chalk.green('at rest');
        const text = subState === '' || state === 'absent' || subState === state ? state : `${state} (${subState})`;
        return (own(COLOUR, state) ?? chalk.yellow)(text);
      },
    },
    { title: 'pid', cell: ({ pid }: UnitState) => pid, align: 'right' as const },
    {
      title: 'up',
      cell: ({ activeSinceMs }: UnitState) =>
        activeSinceMs === null ? null : formatDuration(Math.max(0, nowMs - activeSinceMs)),
      align: 'right' as const,
    },
    { title: 'restarts', cell: ({ restarts }: UnitState) => String(restarts), align: 'right' as const },
    { title: 'what it says', cell: ({ why, status }: UnitState) => why ?? (status || null), flexible: true },
  ];
}
