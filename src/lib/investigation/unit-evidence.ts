import { runCommand } from '../base/process-group.js';
import { troubleIn, type Finding } from './log-evidence.js';

/** The commands that know about units; tests name their own. */
export interface UnitTools {
  systemctl: string;
  journalctl: string;
}

/** The machine's own. */
export const SYSTEM_TOOLS: UnitTools = { systemctl: 'systemctl', journalctl: 'journalctl' };

const PROPERTIES = 'LoadState,ActiveState,SubState,Result,ExecMainStatus,NRestarts';
const TIMEOUT_MS = 5_000;
const JOURNAL_LINES = '200';

/** What systemd says about a unit; a machine without systemd is said so in the lines. */
export async function readUnitEvidence(unit: string, tools: UnitTools, abort: AbortSignal): Promise<Finding> {
  const shown = await runCommand(tools.systemctl, ['show', `--property=${PROPERTIES}`, '--', unit], {
    timeoutMs: TIMEOUT_MS,
    abort,
  });
  if (shown.exitCode !== 0)
    return silent(unit, shown.timedOut ? `no answer within ${TIMEOUT_MS} ms` : firstLine(shown.stderr));
  const state = propertiesOf(shown.stdout);
  if (state['LoadState'] === 'not-found') return silent(unit, 'no such unit is installed');
  const trouble = await journalTrouble(unit, tools, abort);
  const failed = state['ActiveState'] === 'failed' || !['success', undefined, ''].includes(state['Result']);
  const words = Object.entries(state)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
  return {
    subject: unit,
    reached: true,
    showsCause: failed || trouble.length > 0,
    lines: [`unit:${unit} ${words}`, ...trouble.map((line) => `journal: ${line}`)],
  };
}

async function journalTrouble(unit: string, tools: UnitTools, abort: AbortSignal): Promise<string[]> {
  const args = [`--unit=${unit}`, '--no-pager', '--output=cat', `--lines=${JOURNAL_LINES}`];
  const { stdout, exitCode } = await runCommand(tools.journalctl, args, { timeoutMs: TIMEOUT_MS, abort });
  return exitCode === 0 ? troubleIn(stdout) : [];
}

function silent(unit: string, why: string): Finding {
  return { subject: unit, reached: false, showsCause: false, lines: [`unit:${unit} could not be looked at: ${why}`] };
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] || 'systemctl failed without a word';
}

function propertiesOf(text: string): Record<string, string> {
  const pairs = text.split('\n').flatMap((line) => {
    const at = line.indexOf('=');
    return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
  });
  return Object.fromEntries(pairs);
}
