import { createHash } from 'node:crypto';
import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileSafely } from '../base/atomic-file.js';
import { errorCode } from '../base/errors.js';
import { withFileLock } from '../base/file-lock.js';
import { emptyEvidence, moduleEvidenceSchema, type ModuleEvidence } from './module-evidence.js';

/** What the colony knows, one JSON file a subject: an answer rewrites what is known of one module, not of all. */
export interface EvidenceStore {
  /** Nothing known is an empty evidence, not an error. */
  read(subject: string): Promise<ModuleEvidence>;
  /** Changes a subject's evidence; no other process changes it meanwhile. Unchanged evidence is not written. */
  update(subject: string, change: (before: ModuleEvidence) => Promise<ModuleEvidence>): Promise<ModuleEvidence>;
  /** Every subject, sorted. */
  subjects(): Promise<string[]>;
  /** Where a subject's file lies. */
  pathOf(subject: string): string;
}

/** How a store tells what it had to put aside. */
export interface EvidenceStoreOptions {
  /** A file that is no evidence is kept under another name, and told here. */
  onUnreadable?: (path: string, keptAs: string) => void;
}

const SLUG_LENGTH = 80;
const HASH_LENGTH = 8;

/** Opens the evidence folder; it is created by the first update. */
export function openEvidenceStore(folder: string, options: EvidenceStoreOptions = {}): EvidenceStore {
  const pathOf = (subject: string) => join(folder, fileName(subject));
  const read = (subject: string) => readSubject(pathOf(subject), subject, options);
  return {
    pathOf,
    read,
    async update(subject, change) {
      return withFileLock(pathOf(subject), async () => {
        const before = await read(subject);
        const after = await change(before);
        const text = serialise(after);
        if (text !== serialise(before)) await writeFileSafely(pathOf(subject), text);
        return after;
      });
    },
    subjects: () => subjectsIn(folder),
  };
}

/** Readable, and distinct on every file system: `module_src.audio.1a2b3c4d.json`. */
function fileName(subject: string): string {
  const slug = subject
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '_')
    .slice(0, SLUG_LENGTH);
  const hash = createHash('sha256').update(subject).digest('hex').slice(0, HASH_LENGTH);
  return `${slug}.${hash}.json`;
}

function serialise(evidence: ModuleEvidence): string {
  return `${JSON.stringify(evidence, null, 2)}\n`;
}

async function readSubject(path: string, subject: string, options: EvidenceStoreOptions): Promise<ModuleEvidence> {
  const text = await textOf(path);
  if (text === undefined) return emptyEvidence(subject);
  const evidence = parse(text);
  if (evidence?.subject === subject) return evidence;
  const keptAs = `${path}.unreadable`;
  await rename(path, keptAs);
  options.onUnreadable?.(path, keptAs);
  return emptyEvidence(subject);
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text: string): ModuleEvidence | undefined {
  try {
    return moduleEvidenceSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // Not JSON: the caller keeps the file and says so.
  }
}

async function subjectsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  const texts = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => textOf(join(folder, name))),
  );
  return texts.flatMap((text) => parse(text ?? '')?.subject ?? []).sort();
}
