import { setTimeout as sleep } from 'node:timers/promises';
import { KlorosError, toError } from '../base/errors.js';
import { askLine } from '../base/line-socket.js';
import { controlReplySchema, type ControlRequest, type SupervisorStatus } from './control-words.js';

/** A stop waits for what runs, a start for what is slow to be ready. */
const PATIENCE_MS = 120_000;
const TRIES = 5;
const PAUSE_MS = 100;

/** Tells the supervisor of a home something; undefined where none runs. Throws what it could not do, SUPERVISOR_UNREACHABLE. */
export async function tellSupervisor(path: string, request: ControlRequest): Promise<SupervisorStatus | undefined> {
  const answer = await ask(path, request);
  if (answer === undefined) return undefined;
  const reply = controlReplySchema.parse(JSON.parse(answer));
  if ('supervisor' in reply) return reply.supervisor;
  const { why, ...rest } = reply.error;
  throw new KlorosError(why === undefined ? rest : { ...rest, why });
}

/** One that is just ending may take a question and not answer it; asked again, it is gone. */
async function ask(path: string, request: ControlRequest): Promise<string | undefined> {
  for (let left = request.do === 'status' ? TRIES : 1; ; left -= 1) {
    try {
      return await askLine(path, JSON.stringify(request), PATIENCE_MS);
    } catch (error) {
      if (left <= 1) throw unreachable(path, toError(error));
      await sleep(PAUSE_MS);
    }
  }
}

function unreachable(path: string, { message }: Error): KlorosError {
  return new KlorosError({
    code: 'SUPERVISOR_UNREACHABLE',
    message: 'The supervisor cannot be spoken with',
    why: `${path}: ${message}`,
    next: ['be its user, or of the group that shares the home', 'ps -ef | grep "kloros.* up"'],
  });
}
