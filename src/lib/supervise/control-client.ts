import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, KlorosError, toError } from '../base/errors.js';
import { askLine, NO_ANSWER } from '../base/line-client.js';
import { isStopped } from '../base/process-identity.js';
import { controlReplySchema, type ControlReply, type ControlRequest, type SupervisorStatus } from './control-words.js';
import { supervisorOf } from './home-lock.js';

/** A stop waits for what runs, a start for what is slow to be ready. */
const PATIENCE_MS = 120_000;
/** How it is, a supervisor knows at once: one that takes longer is stopped, or stands still. */
const STATUS_PATIENCE_MS = 5_000;
/** A socket that was removed is made again within a second. */
const SOCKET_BACK_WITHIN_MS = 5_000;
const TRIES = 5;
const PAUSE_MS = 100;

/** Code of the error where a supervisor is there and cannot be asked. */
export const SUPERVISOR_UNREACHABLE = 'SUPERVISOR_UNREACHABLE';

/**
 * Tells the supervisor of a home something; undefined where none lives, which its lock proves and not a missing socket.
 * Throws what it could not do, SUPERVISOR_UNREACHABLE.
 */
export async function tellSupervisor(path: string, request: ControlRequest): Promise<SupervisorStatus | undefined> {
  const home = dirname(dirname(path));
  for (const endMs = performance.now() + SOCKET_BACK_WITHIN_MS; ; await sleep(PAUSE_MS)) {
    const pid = supervisorOf(home);
    if (pid !== undefined && isStopped(pid)) throw stopped(pid);
    const answer = await ask(path, request);
    if (answer !== undefined) return statusIn(replyIn(answer, path));
    if (pid === undefined || supervisorOf(home) !== pid) return undefined;
    if (performance.now() >= endMs) throw withoutSocket(path, pid);
  }
}

function statusIn(reply: ControlReply): SupervisorStatus {
  if ('supervisor' in reply) return reply.supervisor;
  const { why, ...rest } = reply.error;
  throw new KlorosError(why === undefined ? rest : { ...rest, why });
}

/** One that is just ending may take a question and not answer it; asked again, it is gone. */
async function ask(path: string, request: ControlRequest): Promise<string | undefined> {
  const isStatus = request.do === 'status';
  for (let left = isStatus ? TRIES : 1; ; left -= 1) {
    try {
      return await askLine(path, JSON.stringify(request), isStatus ? STATUS_PATIENCE_MS : PATIENCE_MS);
    } catch (error) {
      if (errorCode(error) === NO_ANSWER) throw silent(path, toError(error));
      if (left <= 1) throw unreachable(path, toError(error));
      await sleep(PAUSE_MS);
    }
  }
}

function replyIn(answer: string, path: string): ControlReply {
  try {
    return controlReplySchema.parse(JSON.parse(answer));
  } catch {
    throw unreachable(path, new Error('what answers there is no supervisor of this version'));
  }
}

const FIND = 'ps -eo pid,stat,args | grep "[k]loros.* up\\|[r]un.js up"';

function stopped(pid: number): KlorosError {
  return new KlorosError({
    code: SUPERVISOR_UNREACHABLE,
    message: 'The supervisor does not answer',
    why: `its process ${pid} is stopped (SIGSTOP, Ctrl-Z); its daemons go on, and who ends is not started again`,
    next: [`let it go on: kill -CONT ${pid}`],
  });
}

function withoutSocket(path: string, pid: number): KlorosError {
  return new KlorosError({
    code: SUPERVISOR_UNREACHABLE,
    message: 'The supervisor cannot be spoken with',
    why: `its process ${pid} lives, and its socket ${path} was not made again within ${SOCKET_BACK_WITHIN_MS / 1000} s`,
    next: [
      `see that its user may write there: ls -ld ${dirname(path)}`,
      `or stop it with all of its daemons, in order: kill -TERM ${pid}`,
    ],
  });
}

function silent(path: string, { message }: Error): KlorosError {
  return new KlorosError({
    code: SUPERVISOR_UNREACHABLE,
    message: 'The supervisor does not answer',
    why: `${path}: ${message}; its process is stopped (SIGSTOP), or stands still`,
    next: [`find it: ${FIND}`, 'where its state is T, let it go on: kill -CONT <pid>'],
  });
}

function unreachable(path: string, { message }: Error): KlorosError {
  return new KlorosError({
    code: SUPERVISOR_UNREACHABLE,
    message: 'The supervisor cannot be spoken with',
    why: `${path}: ${message}`,
    next: ['be its user, or of the group that shares the home', `find it: ${FIND}`],
  });
}
