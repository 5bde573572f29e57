import { cutText, cutTextStart } from './cut-text.js';
/** What stands for a secret. */
export const MASK = '[redacted]';

/** `user:password@` in an address, and what follows a question mark there. */
const URL_PASSWORDS = /(\b[a-z][a-z\d+.-]{0,30}:\/\/)[^\s/"<>]+@/gi;
const URL_QUERIES = /(\b[a-z][a-z\d+.-]{0,30}:\/\/[^\s?#"']{1,2000})\?[^\s#"']*/gi;
/** A name that says secret, what may follow in it, and the sign before its value, in text, JSON and JSON inside of JSON. */
const NAME =
  /(?:\bpass|passw(?:or)?d|passphrase|secret|token|credentials?|authorization|(?:api|access|private)[_-]?key)(?:[_-][\w-]{0,40}|key|id)?/;
const SIGN = /\\{0,3}["']?\s{0,20}[:=]\s{0,20}/;
const QUOTED = new RegExp(`(${NAME.source}${SIGN.source})(\\\\{0,3}["'])(.*?)(\\2|$)`, 'gim');
const PLAIN = new RegExp(
  `(${NAME.source}${SIGN.source}(?:(?:bearer|basic|digest|token|negotiate)\\s{1,20})?)[^\\s"',;}\\\\][^\\s"',;}]*`,
  'gi',
);
/** A flag of a command line and its value as two words. */
const FLAGS = new RegExp(`(--[\\w-]{0,40}?${NAME.source}\\s{1,20})(?:"[^"]*"|'[^']*'|[^\\s"'-][^\\s"',;]*)`, 'gi');
const COOKIES = /(\bcookie["']?\s{0,20}[:=]\s{0,20}["']?)[^\s"'][^"'\r\n]*/gi;
const BEARER = /(\bbearer\s{1,20})[\w.~+/-]{16,}=*/gi;
const PRIVATE_KEY = /(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----)[\s\S]*?(?=-----END |$(?![\s\S]))/g;

/** `-pSECRET` of those who take a password so, in a line or in a list of words. */
const SHORT_FLAGS = /(\b(?:mysql\w*|mariadb[\w-]*|sshpass)\b[^\n]*?[\s"']-p)[^\s"',]+/gi;
/** The flag and its value as two items of a list, as JSON writes them. */
const LISTED = new RegExp(`(["']--?[\\w-]{0,40}?${NAME.source}["'],\\s{0,20})(["'])(?:\\\\.|(?!\\2).)*\\2`, 'gi');

/** A text without passwords in addresses, tokens and keys. */
export function maskSecrets(text: string): string {
  return text
    .replaceAll(PRIVATE_KEY, `$1${MASK}`)
    .replaceAll(URL_PASSWORDS, `$1${MASK}@`)
    .replaceAll(URL_QUERIES, `$1?${MASK}`)
    .replaceAll(LISTED, `$1$2${MASK}$2`)
    .replaceAll(SHORT_FLAGS, `$1${MASK}`)
    .replaceAll(QUOTED, `$1$2${MASK}$4`)
    .replaceAll(PLAIN, `$1${MASK}`)
    .replaceAll(FLAGS, `$1${MASK}`)
    .replaceAll(COOKIES, `$1${MASK}`)
    .replaceAll(BEARER, `$1${MASK}`);
}

/** Names of what is a secret whole; the name of a file that holds one is none. */
const SECRET_NAME =
  /pass(?:word|wd|phrase)?|secret|token|credential|authorization|cookie|private|(?:api|access|curve|nkey|_)key|seed$/i;
const NAMES_A_FILE = /(?:file|path|bytes|ms|count|limit)$/i;
const FLAG = /^--?[\w-]+$/;
const SHORT_FLAG = /^(-p)(?!$)/;

/**
 * The same for everything in a value: what is named like a secret is masked whole, and of a command's words the one
 * behind a flag that names a secret.
 */
export function maskSecretsIn(value: unknown, text: (said: string) => string = maskSecrets): unknown {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map((item: unknown, at) => maskedWord(item, value[at - 1], text));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      text(name),
      isSecretName(name) && item !== null && item !== undefined ? MASK : maskSecretsIn(item, text),
    ]),
  );
}

function maskedWord(item: unknown, before: unknown, text: (said: string) => string): unknown {
  if (typeof item !== 'string') return maskSecretsIn(item, text);
  const isFlags = typeof before === 'string' && FLAG.test(before) && isSecretName(before) && !item.startsWith('-');
  return isFlags ? MASK : SHORT_FLAG.test(item) ? `-p${MASK}` : text(item);
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !NAMES_A_FILE.test(name);
}

/** More of a text is not looked at; what is kept of it is far shorter. */
const LONGEST_LOOKED_AT = 1_048_576;
const CUT = '\n… cut …\n';

/** A text of at most so many characters, secrets masked; of a longer one the beginning and the end. */
export function safeText(text: string, longest: number): string {
  const masked = maskSecrets(cutText(text, LONGEST_LOOKED_AT));
  if (masked.length <= longest) return masked;
  const end = Math.floor(longest / 4);
  return `${cutText(masked, longest - end - CUT.length)}${CUT}${cutTextStart(masked, end)}`;
}
