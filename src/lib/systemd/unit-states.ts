import { runCommand } from '../base/process-group.js';
import type { Scope } from './layout.js';
import { showUnits, type UnitProperties } from './show.js';
import type { Systemctl } from './systemctl.js';
import { pathUnitOf, unitOf } from './unit-names.js';

/** How systemd keeps a daemon. */
export interface UnitState {
  daemon: string;
  unit: string;
  /** `active`, `activating`, `failed`, …; `absent` where it is not installed; `idle` while it rests until a signal waits. */
  state: string;
  /** E.g. `running`, `auto-restart`. */
  subState: string;
  enabled: boolean;
  pid: number | null;
  /** Restarts by systemd since it was started or reset. */
  restarts: number;
  /** Since when it is active; null while it is not. */
  activeSinceMs: number | null;
  /** Of it and all that it started; null where systemd does not count, or it does not run. */
  memoryBytes: number | null;
  /** Processor time since it was started. */
  cpuMs: number | null;
  /** What the daemon says it does. */
  status: string;
  /** Why it is not active, from systemd and the daemon's last words; null while it is. */
  why: string | null;
}

const LIMIT_MS = 20_000;
const MS = 1_000;
const NS_PER_MS = 1_000_000;

/** Every daemon as systemd keeps it; also what health asks for restarts and uptimes. Throws SYSTEMD_NOT_FOUND. */
export async function unitStates(systemctl: Systemctl, scope: Scope, daemons: readonly string[]): Promise<UnitState[]> {
  const shown = await showUnits(systemctl, [...daemons.map(unitOf), ...daemons.map(pathUnitOf)]);
  return Promise.all(
    daemons.map(async (daemon, index) => {
      const waker = shown[daemons.length + index]?.['ActiveState'];
      return stateOf(daemon, scope, { properties: shown[index] ?? {}, isAwaited: waker === 'active' });
    }),
  );
}

interface Service {
  properties: UnitProperties;
  /** Another unit waits to start it. */
  isAwaited: boolean;
}

async function stateOf(daemon: string, scope: Scope, { isAwaited, properties }: Service): Promise<UnitState> {
  const unit = { ...UNKNOWN, ...properties };
  const isIdle = isAwaited && unit.ActiveState === 'inactive';
  const state = unit.LoadState !== 'loaded' ? 'absent' : isIdle ? 'idle' : unit.ActiveState;
  const isBeaten = state === 'failed' || (state === 'activating' && unit.SubState === 'auto-restart');
  return {
    daemon,
    unit: unitOf(daemon),
    state,
    subState: unit.SubState,
    enabled: unit.UnitFileState === 'enabled',
    pid: Number(unit.MainPID) || null,
    restarts: Number(unit.NRestarts),
    activeSinceMs: state === 'active' ? Number(unit.ActiveEnterTimestamp.replace('@', '')) * MS || null : null,
    memoryBytes: counted(unit.MemoryCurrent),
    cpuMs: toMs(counted(unit.CPUUsageNSec)),
    status: unit.StatusText,
    why: isBeaten ? await reasonOf(daemon, scope, unit) : null,
  };
}

/** What a unit has that systemd says nothing of. */
const UNKNOWN = {
  LoadState: '',
  ActiveState: 'unknown',
  SubState: '',
  UnitFileState: '',
  MainPID: '0',
  NRestarts: '0',
  ActiveEnterTimestamp: '',
  MemoryCurrent: '',
  CPUUsageNSec: '',
  StatusText: '',
};

/** Systemd writes the greatest number, or words, for what it does not count. */
function counted(text: string): number | null {
  return /^\d{1,18}$/.test(text) ? Number(text) : null;
}

function toMs(ns: number | null): number | null {
  return ns === null ? null : ns / NS_PER_MS;
}

const ENDED_BY_SIGNAL = '2';

async function reasonOf(daemon: string, scope: Scope, unit: UnitProperties): Promise<string> {
  const status = unit['ExecMainStatus'] ?? '?';
  const end =
    unit['ExecMainCode'] === ENDED_BY_SIGNAL ? `it was ended by signal ${status}` : `it ended with exit code ${status}`;
  const limit =
    unit['ActiveState'] === 'failed' ? `it was started too often (${unit['NRestarts'] ?? '?'} restarts), and ` : '';
  const words = await lastWords(unitOf(daemon), scope);
  return `${limit}${end}${words === '' ? '' : `: ${words}`}`;
}

/** The last that the daemon itself said, and not systemd about it. */
async function lastWords(unit: string, scope: Scope): Promise<string> {
  const of = scope === 'user' ? '--user-unit' : '--unit';
  const args = [of, unit, '_TRANSPORT=stdout', '--lines=8', '--output=cat', '--no-pager', '--quiet'];
  const { stdout } = await runCommand('journalctl', args, { timeoutMs: LIMIT_MS });
  return errorWords(stdout.trim().split('\n'));
}

/** The error and why, from the words of base command errors; else the last line. */
function errorWords(lines: readonly string[]): string {
  const start = lines.findLastIndex((line) => line.startsWith('Error'));
  const words = start < 0 ? lines.slice(-1) : lines.slice(start, start + 2);
  return words.map((line) => line.trim()).join(' ');
}
