import { mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '../base/atomic-file.js';
import { draftOf } from '../base/drafts.js';
import { makeHome } from '../config/make-home.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { idFromKey } from '../signals/id.js';
import { knownUrgency, PRIORITIES } from '../signals/priority.js';
import { intentFileName } from './file-name.js';
import type { Intent } from './intent.js';
import { derivationOf, routeContent } from './look.js';
import { parseIntent } from './parse.js';
import { finalProblem, problemError, type IntentProblem } from './problem.js';
import { routesOf } from './routes.js';
import { stampOf, type Stamp } from './stamp.js';

/** An intent that lies in the folder. */
export interface SubmittedIntent {
  /** Absolute. */
  file: string;
  type: string;
  /** Null where the intent asks no question. */
  question_id: string | null;
  priority: string;
  /** Name of the signal that the router makes of it. */
  signal: string;
  /** Id of that signal, and so the trace of all that follows from it. */
  signal_id: string;
}

/** Where and when it is submitted. */
export interface Submission {
  config: Config;
  nowMs: number;
  /** What errors call the content: a file's name, or `The intent`. */
  what: string;
}

/**
 * Writes an intent into the folder, by rename, once it is certain that the router will route it.
 * Throws INVALID_INTENT with what is wrong; nothing is written then.
 */
export async function submitIntent(content: string, { config, nowMs, what }: Submission): Promise<SubmittedIntent> {
  const bytes = Buffer.from(content);
  const parsed = parseIntent(bytes, what);
  if ('problem' in parsed) throw problemError(parsed.problem, what);
  const { intent } = parsed;
  const problem = oversized(bytes.length, config) ?? unknownPriority(intent);
  if (problem) throw problemError(problem, what);
  const name = intentFileName(intent.type, nowMs, bytes);
  const routed = await routeContent(name, bytes, { table: routesOf(config), config });
  if ('problem' in routed) throw problemError(routed.problem, what);
  makeHome(config.home);
  const file = join(pathsOf(config).intents, name);
  const { atMs, key } = derivationOf(name, await writeIntent(file, bytes), bytes);
  return {
    file,
    type: intent.type,
    question_id: intent.questionId ?? null,
    priority: PRIORITIES[routed.urgency],
    signal: routed.draft.signal,
    signal_id: idFromKey(atMs, key),
  };
}

/** Writes beside and renames, as the router may look at any moment; the rename keeps inode and time. */
async function writeIntent(file: string, bytes: Buffer): Promise<Stamp> {
  await mkdir(dirname(file), { recursive: true });
  const draft = draftOf(file);
  const handle = await open(draft, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
    const stamp = stampOf(await handle.stat());
    await rename(draft, file);
    await syncFolder(dirname(file));
    return stamp;
  } finally {
    await handle.close();
  }
}

function oversized(size: number, { intents }: Config): IntentProblem | undefined {
  if (size <= intents.maxBytes) return undefined;
  return finalProblem('OversizedIntent', `it has ${size} bytes, more than the limit of ${intents.maxBytes}`, [
    'raise intents.maxBytes in the configuration, or say less',
  ]);
}

// The router takes an unknown word for no word at all; to somebody who is still there it is better said.
function unknownPriority({ priorities }: Intent): IntentProblem | undefined {
  const wrong = priorities.find((value) => value !== undefined && value !== null && knownUrgency(value) === undefined);
  if (wrong === undefined) return undefined;
  return finalProblem('WrongIntent', `${JSON.stringify(wrong)} is no priority`, [
    `use ${PRIORITIES.join(', ')} or an integer from 0 to 10`,
  ]);
}
