import { access, chmod, constants, mkdir, stat } from 'node:fs/promises';
import { errorCode } from '../../base/errors.js';
import { pathsOf } from '../../config/paths.js';
import type { DoctorCheck, DoctorView, DoctorFinding } from '../finding.js';

const OTHERS_WRITE = 0o002;

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
    ...((found.mode & OTHERS_WRITE) > 0 ? [openToAll(home, found.mode)] : []),
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

function openToAll(home: string, mode: number): DoctorFinding {
  return {
    code: 'HOME_OPEN_TO_ALL',
    level: 'warning',
    what: `Everybody on this machine may write to ${home}`,
    why: 'an intent file or a policy that anybody leaves there is acted upon',
    next: [`chmod o-w ${home}`],
    fix: { what: `chmod o-w ${home}`, apply: () => chmod(home, mode & 0o7777 & ~OTHERS_WRITE) },
  };
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
