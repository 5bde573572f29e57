import { KlorosError } from '../../base/errors.js';
import { parentOf, type ProcessIdentity } from '../../base/process-identity.js';
import { settleHome } from '../../config/home.js';
import { MOVE_PORTS } from '../../config/paths.js';
import type { Journal } from './journal.js';
import type { Owner, Owners } from './owners.js';

const SUPERVISOR = /\bup\b/;

/** Who wants to be what, where. */
export interface RoleRequest {
  identity: ProcessIdentity;
  /** Daemon's name, for operators. */
  name: string;
  /** Only one live process of a home has it; null for those that may be many. */
  role: string | null;
  home: string;
  nowMs: number;
}

/** Binds the journal to its home and enters this process among the owners. Throws KlorosError ALREADY_RUNNING with the pid of a live holder of the role. */
export async function enterRole(owners: Owners, request: RoleRequest): Promise<number> {
  owners.home.settle(settleHome(request.home), request.nowMs);
  const entered = await owners.enter(request.identity, request.name, request.role);
  if (typeof entered === 'number') return entered;
  throw alreadyRunning(request, entered);
}

/** What a start that failed leaves: without its role, which the next start of this same process wants. */
export async function abandon(journal: Pick<Journal, 'write' | 'close'>, owner: number | undefined): Promise<void> {
  if (owner !== undefined) await journal.write({ kind: 'leave', owner }).catch(() => undefined);
  await journal.close();
}

/** A supervised process would only be started again, so it is its supervisor that is told to stop it. */
function alreadyRunning(request: RoleRequest, holder: Owner): KlorosError {
  const parent = parentOf(holder.pid);
  const supervisor = parent !== undefined && SUPERVISOR.test(parent.command) ? parent : undefined;
  return new KlorosError({
    code: 'ALREADY_RUNNING',
    message: `${request.name} runs already in ${request.home}`,
    why: `process ${holder.pid} is it${supervisor ? `, kept alive by process ${supervisor.pid} (kloros up)` : ''}`,
    next: [
      `stop it, and nothing else: kloros daemon stop ${request.name} --home ${request.home}`,
      `or run another colony beside it: KLOROS_HOME=<folder> ${MOVE_PORTS}`,
    ],
  });
}
