import { MASK, maskSecrets } from '../base/redact.js';

/** Names of what must not leave the machine. */
const SECRET_NAME =
  /pass(?:word|wd|phrase)?|secret|token|credential|authorization|cookie|private|(?:api|access|curve|nkey|_)key|seed$/i;

/** A text without passwords in addresses, tokens, and the name of the user's home. */
export function redactText(text: string, userHome: string): string {
  const masked = maskSecrets(text);
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
