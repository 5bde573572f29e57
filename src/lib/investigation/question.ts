import { basename, extname } from 'node:path';

/** A question as the investigator needs it. */
export interface Question {
  /** Id of the signal that asks. */
  signalId: string;
  questionId: string;
  question: string;
  /** `key:value` strings and free text. */
  evidence: string[];
  /** What the asker supposes. */
  hypothesis: string | null;
  /** Asked to look again, whatever the record says. */
  again: boolean;
}

/** What a question is about. */
export type Subject =
  { kind: 'module'; name: string; path: string | undefined } | { kind: 'incident'; units: string[]; paths: string[] };

const MODULE_ID = /^discover\.module\.(.+)$/;
const MODULE_EVIDENCE = /^(?:has_init|py_files|has_docs|age_days):/;
const UNIT = /(?<![\w./@-])[A-Za-z0-9][\w@.:-]*\.(?:service|timer|socket|path|mount)\b/g;
// An absolute or home path in running text; punctuation that follows it is not part of it.
const PATH = /(?<![\w/.:~])~?(?:\/[\w.@+-]+)+/g;
const MOST_NAMED = 20;

/** What a question is about: a module where its id or evidence says so, else what its words name. */
export function subjectOf({ questionId, question, evidence }: Question): Subject {
  const path = evidenceValue(evidence, 'path');
  const named = MODULE_ID.exec(questionId)?.[1];
  const aboutModule =
    named !== undefined || (path !== undefined && evidence.some((line) => MODULE_EVIDENCE.test(line)));
  if (aboutModule) return { kind: 'module', name: named ?? nameOfPath(path ?? questionId), path };
  const words = [question, ...evidence].join('\n');
  const units = [...words.matchAll(UNIT)].map(([unit]) => unit);
  const paths = [
    ...(path === undefined ? [] : [path]),
    ...[...words.matchAll(PATH)].map(([found]) => found.replace(/\.+$/, '')),
  ];
  return { kind: 'incident', units: distinct(units), paths: distinct(paths) };
}

/** The value of the first `key:value` line with this key. */
function evidenceValue(evidence: readonly string[], key: string): string | undefined {
  const line = evidence.find((one) => one.startsWith(`${key}:`));
  const value = line?.slice(key.length + 1).trim();
  return value === '' ? undefined : value;
}

function nameOfPath(path: string): string {
  const name = basename(path);
  return name.slice(0, name.length - extname(name).length) || name;
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].slice(0, MOST_NAMED);
}
