import { maskSecrets, maskSecretsIn } from '../base/redact.js';

/** A text without passwords in addresses, tokens, and the name of the user's home. */
export function redactText(text: string, userHome: string): string {
  const masked = maskSecrets(text);
  return userHome.length > 1 ? masked.replaceAll(userHome, '~') : masked;
}

/** The same for everything in a value; what is named like a secret is masked whole. */
export function redact(value: unknown, userHome: string): unknown {
  return maskSecretsIn(value, (text) => redactText(text, userHome));
}
