import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { errorCode, KlorosError } from '../base/errors.js';
import { sha256 } from './file-name.js';

/** What an operator says of an intent; the rest follows from it. */
export interface IntentParts {
  question?: string | undefined;
  id?: string | undefined;
  type?: string | undefined;
  /** Of a module to look at; relative ones start at the working folder. */
  path?: string | undefined;
  /** Integer or word. */
  priority?: string | undefined;
  evidence?: readonly string[] | undefined;
}

/** An intent as it is written to a file. */
export type IntentContent = Record<string, unknown>;

const MODULE_TYPE = 'discover.module';
const QUESTION_TYPE = 'curiosity_investigate';
const EMITTED_BY = 'kloros intent submit';

/** Completes an intent. Throws PATH_NOT_FOUND where its path leads nowhere. */
export async function composeIntent(parts: IntentParts, nowMs: number): Promise<IntentContent> {
  const path = parts.path === undefined ? undefined : resolve(parts.path);
  const name = path === undefined ? undefined : moduleName(path);
  const question = parts.question ?? (name === undefined ? undefined : `What does the ${name} module do?`);
  const type = parts.type ?? (path === undefined ? QUESTION_TYPE : MODULE_TYPE);
  const evidence = [...(path === undefined ? [] : await pathEvidence(path)), ...(parts.evidence ?? [])];
  return {
    type,
    id: parts.id ?? idFor({ type, name, question }),
    ...(parts.priority === undefined ? {} : { priority: priorityOf(parts.priority) }),
    data: { question, evidence },
    generated_at: nowMs / 1_000,
    emitted_by: EMITTED_BY,
  };
}

/** One question has one id, however often it is asked. */
function idFor({ type, name, question }: { type: string; name: string | undefined; question: string | undefined }) {
  return `${type}.${name ?? sha256(question ?? '').slice(0, 12)}`;
}

function moduleName(path: string): string {
  return basename(path).replace(/\.[^.]+$/, '');
}

function priorityOf(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text;
}

async function pathEvidence(path: string): Promise<string[]> {
  const found = await statOf(path);
  if (found === undefined) throw pathNotFound(path);
  if (!found.isDirectory()) return [`path:${path}`];
  const hasInit = (await statOf(join(path, '__init__.py'))) !== undefined;
  return [`path:${path}`, `has_init:${hasInit}`];
}

async function statOf(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

function pathNotFound(path: string): KlorosError {
  return new KlorosError({
    code: 'PATH_NOT_FOUND',
    message: `There is nothing at ${path}`,
    why: 'a module that does not exist cannot be investigated',
    next: ['name an existing folder or file with --path'],
  });
}
