import { KlorosError, toError } from '../base/errors.js';
import { askLine } from '../base/line-socket.js';
import { controlReplySchema, type ControlRequest, type SupervisorStatus } from './control-words.js';

/** A stop waits for what runs, a start for what is slow to be ready. */
const PATIENCE_MS = 120_000;

/** Tells the supervisor of a home something; undefined where none runs. Throws what it could not do, SUPERVISOR_UNREACHABLE. */
export async function tellSupervisor(path: string, request: ControlRequest): Promise<SupervisorStatus | undefined> {
  const answer = await askLine(path, JSON.stringify(request), PATIENCE_MS).catch((error: unknown) => {
    throw unreachable(path, toError(error));
  });
  if (answer === undefined) return undefined;
  const reply = controlReplySchema.parse(JSON.parse(answer));
  if ('supervisor' in reply) return reply.supervisor;
  const { why, ...rest } = reply.error;
  throw new KlorosError(why === undefined ? rest : { ...rest, why });
}

function unreachable(path: string, { message }: Error): KlorosError {
  return new KlorosError({
    code: 'SUPERVISOR_UNREACHABLE',
    message: 'The supervisor cannot be spoken with',
    why: `${path}: ${message}`,
    next: ['be its user, or of the group that shares the home', 'ps -ef | grep "kloros.* up"'],
  });
}
