import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import type { DeadLetterDraft } from '../bus/bus.js';
import type { Draft } from '../signals/envelope.js';
import { rootsFor } from '../config/probes.js';
import type { Config } from '../config/schema.js';
import type { Urgency } from '../signals/priority.js';
import { originalName, quarantineName, sha256 } from './file-name.js';
import { parseIntent } from './parse.js';
import type { IntentProblem } from './problem.js';
import { readIntentFile } from './read-file.js';
import type { RouteTable } from './routes.js';
import { refusedPath } from './source-roots.js';
import { isAnothers, type Stamp } from './stamp.js';
import { toDraft, type Routed } from './to-draft.js';

/** What a look at a file needs to know. */
export interface LookOptions {
  /** The intents folder. */
  folder: string;
  quarantine: string;
  maxBytes: number;
  table: RouteTable;
  config: Pick<Config, 'home' | 'capabilitiesPath' | 'sourceRoots'>;
}

/** An intent that became a signal. */
export interface RoutedFile {
  kind: 'routed';
  name: string;
  stamp: Stamp;
  urgency: Urgency;
  draft: Draft;
}

/** A file that nothing routes, with the dead letter that keeps it and its name in quarantine. */
export interface RefusedFile {
  kind: 'refused';
  name: string;
  stamp: Stamp;
  /** As in the dead letter. */
  error: string;
  next: string[];
  mayBeUnfinished: boolean;
  deadLetter: Omit<DeadLetterDraft, 'daemon'>;
  quarantineAs: string;
}

/** What a look at a file found. */
export type Look = { kind: 'gone' } | RoutedFile | RefusedFile;

/** Reads and routes one file. */
export async function lookAt(name: string, options: LookOptions): Promise<Look> {
  const file = readIntentFile(join(options.folder, name), options.maxBytes);
  if (file.kind === 'gone') return file;
  const derivedFrom = derivationOf(name, file.stamp, file.bytes);
  const routed = file.problem ? { problem: file.problem } : await routeContent(originalName(name), file.bytes, options);
  if ('problem' in routed) return refused(name, { ...file, problem: routed.problem, key: derivedFrom.key }, options);
  return { kind: 'routed', name, stamp: file.stamp, urgency: routed.urgency, draft: { ...routed.draft, derivedFrom } };
}

/** What the content of an intent file becomes, or why it becomes nothing. Never throws. */
export async function routeContent(
  fileName: string,
  bytes: Buffer,
  { table, config }: Pick<LookOptions, 'table' | 'config'>,
): Promise<Routed> {
  const parsed = parseIntent(bytes, fileName);
  if ('problem' in parsed) return parsed;
  const routed = toDraft(parsed.intent, table);
  if ('problem' in routed) return routed;
  const { evidence, question_id: questionId } = routed.draft.facts;
  const problem = Array.isArray(evidence) ? await refusedPath(evidence, rootsFor(questionId, config)) : undefined;
  return problem ? { problem } : routed;
}

interface Refusal {
  stamp: Stamp;
  bytes: Buffer;
  problem: IntentProblem;
  key: string;
}

function refused(name: string, { stamp, bytes, problem, key }: Refusal, options: LookOptions): RefusedFile {
  const original = originalName(name);
  const intentFile = join(options.folder, original);
  const quarantineAs = quarantineName(name, key);
  const quarantined = join(options.quarantine, quarantineAs);
  const next = [...problem.next, `mv ${quoted(quarantined)} ${quoted(intentFile)}   # tries it again`];
  const isWhole = bytes.length === stamp.size || problem.name === 'NotAFile';
  const error = `${problem.name}: ${problem.message}`;
  const traceback = [
    `${JSON.stringify(original)}: ${problem.message}`,
    ...next.map((step) => `what now: ${step}`),
    `it lies in ${quarantined}${isWhole ? '' : '; the content here is only its beginning'}`,
  ].join('\n');
  const writer = isAnothers(stamp) ? { intentUid: stamp.uid } : {};
  const deadLetter = { error, traceback, intentFile, ...writer, content: contentOf(bytes), key };
  const { mayBeUnfinished } = problem;
  return { kind: 'refused', name, stamp, error, next, mayBeUnfinished, deadLetter, quarantineAs };
}

/** As a shell reads it. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}

/** Bytes as text, exactly: what is not UTF-8 as a data URL. */
function contentOf(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : `data:application/octet-stream;base64,${bytes.toString('base64')}`;
}

/** Largest time of an id, 48 bits; a file may carry any mtime. */
const MAX_ID_TIME_MS = 2 ** 48 - 1;

/** What the id of a file's signal is made of: one version of one file, so the same question anew is a new intent. */
export function derivationOf(name: string, { mtimeMs }: Stamp, bytes: Uint8Array): { atMs: number; key: string } {
  const atMs = Math.min(Math.max(0, Math.trunc(mtimeMs)), MAX_ID_TIME_MS);
  return { atMs, key: `${originalName(name)}\n${mtimeMs}\n${sha256(bytes)}` };
}
