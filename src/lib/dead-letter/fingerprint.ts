import { createHash } from 'node:crypto';
import { cutText } from '../base/cut-text.js';

/** What a failure is counted under: who failed, at what, and how, without what differs from case to case. */
export interface Cause {
  /** Eight hex digits, the same for the same cause on every machine. */
  fingerprint: string;
  /** Name of the error: `TypeError`, `INVALID_FACTS`. */
  errorClass: string;
  /** The error with `<n>`, `<id>`, `<path>` and `<…>` where cases differ. */
  pattern: string;
}

/** What a cause is made of. */
export interface CauseParts {
  error: string;
  daemon: string;
  /** Empty where what failed was no signal. */
  signalName: string;
}

const FINGERPRINT_LENGTH = 8;
/** An error may quote a whole document; its beginning says what it is. */
const LONGEST_PATTERN = 400;

/** What differs from case to case, the more specific first: a path within quotes is quoted, an id has digits. */
const MASKS: readonly [RegExp, string][] = [
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/"(?:[^"\\]|\\.)*"|`[^`]*`|(?<!\w)'[^']*'(?!\w)/g, '<…>'],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s,;)]+/gi, '<url>'],
  [/(?<![\w<])(?:~|\.{1,2})?(?:\/[\w.@%+-]+)+\/?/g, '<path>'],
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '<id>'],
  [/\b[0-9A-HJKMNP-TV-Z]{26}\b/g, '<id>'],
  [/\b0x[0-9a-f]+\b/gi, '<hex>'],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,}\b/gi, '<hex>'],
  [/\b(?=\w*[a-z_])\w*\d{4,}\w*\b/gi, '<id>'],
  [/[-+]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?/gi, '<n>'],
];

const CLASS = /^([A-Za-z_$][\w$.]*):/;

/** The cause of a failure, by which equal ones are grouped. */
export function causeOf({ error, daemon, signalName }: CauseParts): Cause {
  const errorClass = errorClassOf(error);
  const pattern = masked(cutText(error, LONGEST_PATTERN));
  const fingerprint = createHash('sha256')
    .update([daemon, signalName, errorClass, pattern].join('\n'))
    .digest('hex')
    .slice(0, FINGERPRINT_LENGTH);
  return { fingerprint, errorClass, pattern };
}

function masked(error: string): string {
  const text = MASKS.reduce((rest, [what, name]) => rest.replace(what, name), error);
  return text.replace(/\s+/g, ' ').trim();
}

/** Name of the error, as it stands before the first colon. */
export function errorClassOf(error: string): string {
  return CLASS.exec(error)?.[1] ?? 'Error';
}
