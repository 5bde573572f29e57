import { access, chmod, constants, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../base/errors.js';
import { pathsOf } from '../../config/paths.js';
import type { DoctorCheck, DoctorView, DoctorFinding } from '../finding.js';

const OTHERS_WRITE = 0o002;
/** What stands in such a folder may be removed by its owner alone. */
const STICKY = 0o1000;
const MOST_NAMED = 5;

/** Who may write where. */
export const permissions: DoctorCheck = {
  name: 'permissions',
  asks: 'whether the colony may write to its home and nobody else may',
  codes: ['HOME_NOT_WRITABLE', 'HOME_OPEN_TO_ALL', 'HOME_OWNED_BY_OTHER', 'INTENTS_MISSING', 'SOURCE_ROOT_MISSING'],
  look: async (view) => [...(await ofHome(view)), ...(await ofSourceRoots(view))],
};

async function ofHome({ config }: DoctorView): Promise<DoctorFinding[]> {
  const { home } = config;
  const found = await statOf(home);
  if (found === undefined) return []; // It is made when the colony first starts.
  return [
    ...((await isWritable(home)) ? [] : [notWritable(home)]),
    ...(await openToAll(home, pathsOf(config).intents)),
    ...(await ofParts(config.home, pathsOf(config))),
  ];
}

function notWritable(home: string): DoctorFinding {
  return {
    code: 'HOME_NOT_WRITABLE',
    level: 'problem',
    what: `${home} cannot be written to`,
    why: 'nothing can be journalled, so nothing can be said',
    next: [`ls -ld ${home}`, 'run kloros as the user to whom the home belongs, or name another: --home'],
  };
}

/** The folder and all below it: whoever may write dream.yaml has programs run as this user. */
async function openToAll(home: string, intents: string): Promise<DoctorFinding[]> {
  const paths = [home, ...(await below(home))];
  const open: string[] = [];
  for (const path of paths) if (await isOpen(path, path === intents)) open.push(path);
  if (open.length === 0) return [];
  const which =
    open.slice(0, MOST_NAMED).join(', ') + (open.length > MOST_NAMED ? ` and ${open.length - MOST_NAMED} more` : '');
  return [
    {
      code: 'HOME_OPEN_TO_ALL',
      level: 'warning',
      what: `Everybody on this machine may write to ${which}`,
      why: 'an intent file or a policy that anybody leaves there is acted upon',
      next: [`chmod -R o-w ${home}`],
      fix: { what: `chmod -R o-w ${home}`, apply: () => close(open) },
    },
  ];
}

async function below(home: string): Promise<string[]> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => !entry.isSymbolicLink()).map((entry) => join(entry.parentPath, entry.name));
}

/** Anybody may be let into the folder of intents, where none may remove another's. */
async function isOpen(path: string, isDropBox: boolean): Promise<boolean> {
  const mode = (await statOf(path))?.mode ?? 0;
  return (mode & OTHERS_WRITE) !== 0 && !(isDropBox && (mode & STICKY) !== 0);
}

async function close(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const found = await statOf(path);
    if (found !== undefined) await chmod(path, found.mode & 0o7777 & ~OTHERS_WRITE);
  }
}

/** Files of another user are left by somebody who ran kloros as root once. */
async function ofParts(home: string, { journal, intents, failedSignals, run }: ReturnType<typeof pathsOf>) {
  const owner = (await statOf(home))?.uid;
  const parts = await Promise.all(
    [journal, intents, failedSignals, run].map(async (path) => ({ path, found: await statOf(path) })),
  );
  const others = parts.filter(({ found }) => found !== undefined && found.uid !== owner).map(({ path }) => path);
  const hasRun = parts.some(({ path, found }) => path === journal && found !== undefined);
  const hasIntents = parts.some(({ path, found }) => path === intents && found !== undefined);
  return [
    ...(others.length > 0 ? [ownedByOther(home, others)] : []),
    ...(hasRun && !hasIntents ? [intentsMissing(intents)] : []),
  ];
}

function ownedByOther(home: string, paths: readonly string[]): DoctorFinding {
  return {
    code: 'HOME_OWNED_BY_OTHER',
    level: 'problem',
    what: `${paths.join(', ')} belong to another user than ${home}`,
    why: 'the daemons may not write there, and stop at it',
    next: [`sudo chown -R --reference=${home} ${home}`],
  };
}

function intentsMissing(intents: string): DoctorFinding {
  return {
    code: 'INTENTS_MISSING',
    level: 'warning',
    what: `There is no ${intents}`,
    why: 'programs that write intents there fail, and what they ask is never heard',
    next: [`mkdir ${intents}`],
    fix: { what: `mkdir ${intents}`, apply: () => mkdir(intents, { recursive: true }) },
  };
}

async function ofSourceRoots({ config }: DoctorView): Promise<DoctorFinding[]> {
  const found = await Promise.all(config.sourceRoots.map(async (root) => ({ root, found: await statOf(root) })));
  return found.flatMap(({ root, found: folder }) =>
    folder !== undefined
      ? []
      : {
          code: 'SOURCE_ROOT_MISSING',
          level: 'warning' as const,
          what: `There is no ${root}, whose code the colony may look at`,
          why: 'intents about code outside the source roots are refused',
          next: ['kloros config show sourceRoots', 'KLOROS_SOURCE_ROOTS=/path/to/code kloros up'],
        },
  );
}

async function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function statOf(path: string) {
  return stat(path).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  });
}
