/** Names of what must not leave the machine. */
const SECRET_NAME =
  /pass(?:word|wd|phrase)?|secret|token|credential|authorization|cookie|private|(?:api|access|curve|nkey|_)key|seed$/i;
/** `user:password@` in an address, and what follows a question mark there. */
const URL_PASSWORDS = /(\b[a-z][a-z\d+.-]*:\/\/)[^\s/]+@/gi;
const URL_QUERIES = /(\b[a-z][a-z\d+.-]*:\/\/[^\s?#"']+)\?[^\s#"']*/gi;
/** `token=abc`, `Authorization: Bearer abc` inside of text. */
const TEXT_SECRETS =
  /\b((?:pass(?:word|wd)?|secret|token|api[_-]?key|authorization)\b["']?\s*[:=]\s*["']?(?:bearer\s+|basic\s+)?)[^\s"',;}]+/gi;

/** What stands for a secret. */
const MASK = '[redacted]';

/** A text without passwords in addresses, tokens, and the name of the user's home. */
export function redactText(text: string, userHome: string): string {
  const masked = text
    .replaceAll(URL_PASSWORDS, `$1${MASK}@`)
    .replaceAll(URL_QUERIES, `$1?${MASK}`)
    .replaceAll(TEXT_SECRETS, `$1${MASK}`);
  return userHome.length > 1 ? masked.replaceAll(userHome, '~') : masked;
}

/** The same for everything in a value; what is named like a secret is masked whole. */
export function redact(value: unknown, userHome: string): unknown {
  if (typeof value === 'string') return redactText(value, userHome);
  if (Array.isArray(value)) return value.map((item) => redact(item, userHome));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      redactText(name, userHome),
      SECRET_NAME.test(name) && item !== null && item !== undefined ? MASK : redact(item, userHome),
    ]),
  );
}
