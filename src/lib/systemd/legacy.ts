import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../base/process-group.js';
import type { Legacy } from './record.js';
import { showUnit } from './show.js';
import type { Systemctl } from './systemctl.js';

/** The document's oneshot orchestrator, which ran every minute. */
export const LEGACY_TIMER = 'kloros-orchestrator.timer';
/** What it started. */
export const LEGACY_SERVICE = 'kloros-orchestrator.service';

const PROGRAM_FILES = ['src/kloros/orchestration/run_once.py', 'src/kloros/orchestration/coordinator.py'];
const GIT_LIMIT_MS = 30_000;

/** The legacy timer as it is now; undefined where there is none. */
export async function findLegacy(systemctl: Systemctl): Promise<Legacy | undefined> {
  const timer = await showUnit(systemctl, LEGACY_TIMER);
  const service = await showUnit(systemctl, LEGACY_SERVICE);
  if (timer['LoadState'] !== 'loaded') return undefined;
  const paths = [timer, service].flatMap((unit) => filesOf(unit));
  const texts = await Promise.all(
    paths.map(async (path): Promise<[string, string]> => [path, await readFile(path, 'utf8')]),
  );
  return {
    units: Object.fromEntries(texts),
    wasEnabled: timer['UnitFileState'] === 'enabled',
    wasActive: timer['ActiveState'] === 'active',
    git: await programIn(service['WorkingDirectory'] ?? ''),
  };
}

function filesOf(unit: Readonly<Record<string, string>>): string[] {
  return [unit['FragmentPath'] ?? '', ...(unit['DropInPaths'] ?? '').split(' ')].filter((path) => path !== '');
}

/** The last commit that has its program, where its working directory is a git repository that once had it. */
async function programIn(folder: string): Promise<Legacy['git']> {
  if (folder === '' || !(await isFolder(folder))) return null;
  const top = await git(folder, 'rev-parse', '--show-toplevel');
  if (top === undefined) return null;
  const files: string[] = [];
  let commit = '';
  for (const file of PROGRAM_FILES) {
    const last = await git(top, 'log', '-1', '--format=%H', '--diff-filter=AM', '--', file);
    if (last === undefined || last === '') continue;
    files.push(file);
    commit ||= (await lastCommitWith(top, file)) ?? last;
  }
  return files.length === 0 ? null : { folder: top, commit, files };
}

/** The present one, or that before the file was removed. */
async function lastCommitWith(top: string, file: string): Promise<string | undefined> {
  const head = await git(top, 'rev-parse', 'HEAD');
  const isInHead = (await git(top, 'cat-file', '-e', `HEAD:${file}`)) !== undefined;
  if (isInHead) return head;
  const removed = await git(top, 'log', '-1', '--format=%H', '--diff-filter=D', '--', file);
  return removed === undefined ? undefined : git(top, 'rev-parse', `${removed}~1`);
}

async function git(folder: string, ...args: string[]): Promise<string | undefined> {
  const safe = ['-c', `safe.directory=${folder}`];
  const { exitCode, stdout } = await runCommand('git', [...safe, '-C', folder, ...args], { timeoutMs: GIT_LIMIT_MS });
  return exitCode === 0 ? stdout.trim() : undefined;
}

/** Puts the program's files back as the record says; answers which. Throws what git says where it cannot. */
export async function restoreProgram({ folder, commit, files }: NonNullable<Legacy['git']>): Promise<void> {
  const args = ['-c', `safe.directory=${folder}`, '-C', folder, 'checkout', commit, '--', ...files];
  const { exitCode, stderr } = await runCommand('git', args, { timeoutMs: GIT_LIMIT_MS });
  if (exitCode !== 0) throw new Error(`git could not restore ${files.join(', ')} in ${join(folder)}: ${stderr.trim()}`);
}

async function isFolder(path: string): Promise<boolean> {
  return readdir(path).then(
    () => true,
    () => false,
  );
}
