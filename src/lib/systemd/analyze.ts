import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../base/process-group.js';
import { notHere } from './not-here.js';

/** What systemd itself thinks of a unit. */
export interface Verdict {
  unit: string;
  /** Lines of `systemd-analyze verify`; none where all is well. */
  complaints: string[];
  /** 0 to 10 of `systemd-analyze security`; null for a target, and where it could not say. */
  exposure: number | null;
}

const LIMIT_MS = 60_000;
const OVERALL = /exposure level for .*: (\d+\.\d)/;

/** Has systemd-analyze read units, by file name, without installing them. Throws SYSTEMD_NOT_FOUND. */
export async function analyzeUnits(units: ReadonlyMap<string, string>, scope: 'system' | 'user'): Promise<Verdict[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kloros-units-'));
  try {
    for (const [name, text] of units) await writeFile(join(folder, name), text);
    const verdicts: Verdict[] = [];
    for (const name of units.keys()) verdicts.push(await analyze(folder, name, scope));
    return verdicts;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function analyze(folder: string, unit: string, scope: 'system' | 'user'): Promise<Verdict> {
  const path = join(folder, unit);
  // It exits 0 on unknown keys and bad values: only silence is consent.
  const verified = await run(['verify', `--${scope}`, '--recursive-errors=no', path]);
  const complaints = verified.stderr.split('\n').filter((line) => line.trim() !== '');
  if (!unit.endsWith('.service')) return { unit, complaints, exposure: null };
  const security = await run(['security', '--offline=true', '--no-pager', path]);
  const exposure = OVERALL.exec(security.stdout)?.[1];
  return { unit, complaints, exposure: exposure === undefined ? null : Number(exposure) };
}

async function run(args: readonly string[]) {
  // It asks for the folder of a user's session, and reads nothing there.
  const env = { XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'] ?? tmpdir() };
  const result = await runCommand('systemd-analyze', args, { timeoutMs: LIMIT_MS, env });
  if (result.exitCode === undefined && !result.timedOut) throw notHere('systemd-analyze', result.stderr);
  return result;
}
