import { errorCode, KlorosError, toError } from '../base/errors.js';
import { folderKey } from '../base/folder-place.js';
import { isShared } from '../base/group-umask.js';
import { serveLines, type LineServer } from '../base/line-server.js';
import { MOVE_PORTS } from '../config/paths.js';
import type { Colony, Member } from './colony.js';
import { controlRequestSchema, type ControlReply, type ControlRequest } from './control-words.js';

/** What a supervisor lets others tell it. */
export interface ControlServerOptions {
  path: string;
  home: string;
  detached: boolean;
  /** Every daemon that may be started. */
  members: readonly Member[];
  /** Undefined before there is one. */
  colony: () => Colony | undefined;
}

const OWNER_ONLY = 0o600;
const OWNER_AND_GROUP = 0o660;

/**
 * Opens the door at which a supervisor is told to start and stop its daemons. Who may write to the home's owner's files
 * may speak there: the owner, and in a home that a group shares, the group. Throws ALREADY_RUNNING where another
 * supervisor answers.
 */
export async function openControl(options: ControlServerOptions): Promise<LineServer> {
  const { path, home } = options;
  const mode = isShared(home) ? OWNER_AND_GROUP : OWNER_ONLY;
  try {
    return await serveLines({ path, mode, answer: async (line) => JSON.stringify(await reply(line, options)) });
  } catch (error) {
    if (errorCode(error) !== 'EADDRINUSE') throw error;
    throw alreadyRunning(home, `it answers at ${path}`);
  }
}

/** Why a second supervisor is refused. */
export function alreadyRunning(home: string, why: string): KlorosError {
  return new KlorosError({
    code: 'ALREADY_RUNNING',
    message: `A supervisor runs already in ${home}`,
    why,
    next: [
      'add daemons to it: kloros daemon start NAME',
      'stop it: kloros daemon stop --all',
      `or run another colony beside it: KLOROS_HOME=<folder> ${MOVE_PORTS}`,
    ],
  });
}

async function reply(line: string, options: ControlServerOptions): Promise<ControlReply> {
  try {
    const colony = options.colony();
    const request = controlRequestSchema.parse(JSON.parse(line));
    if (colony !== undefined) await act(colony, request, options.members);
    else if (request.do !== 'status') throw notReady();
    const { home, detached } = options;
    return { supervisor: { pid: process.pid, home: folderKey(home), detached, daemons: colony?.statuses() ?? [] } };
  } catch (thrown) {
    const error = toError(thrown);
    if (!(error instanceof KlorosError)) return { error: { code: 'CONTROL_FAILED', message: error.message, next: [] } };
    const { code, message, why, next } = error;
    return { error: { code, message, next, ...(why === undefined ? {} : { why }) } };
  }
}

async function act(colony: Colony, { do: verb, names }: ControlRequest, members: readonly Member[]): Promise<void> {
  const meant = members.filter(({ name }) => names.includes(name));
  if (verb === 'start') await colony.start(meant);
  if (verb === 'stop') await colony.stop(meant.map(({ name }) => name));
  if (verb === 'restart') await colony.restart(meant);
  if (verb === 'reload') colony.reload(meant.map(({ name }) => name));
}

function notReady(): KlorosError {
  return new KlorosError({
    code: 'NOT_READY',
    message: 'The supervisor is only starting',
    next: ['wait for it: kloros daemon wait chemical-bus --for ready'],
  });
}
