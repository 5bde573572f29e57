import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { firstOf, type Layer, type LayerValue } from './provenance.js';

/** Settings that name the file of a secret, and the credential of systemd that stands for it. */
export const CREDENTIALS: Readonly<Record<string, string>> = {
  'investigation.model.apiKeyFile': 'model-api-key',
  'evidence.embeddings.apiKeyFile': 'embeddings-api-key',
};

/** A secret that a daemon needs. */
export interface Credential {
  /** One of those above. */
  name: string;
  /** File that is configured for it. */
  file: string | undefined;
}

/**
 * The files that systemd has put before this process (LoadCredential=), of secrets whose endpoint is configured; they come
 * before a file that a setting names, which the process need not be able to read. An empty one stands for none.
 */
export async function credentialsLayer(env: NodeJS.ProcessEnv, layers: readonly Layer[]): Promise<Layer> {
  const folder = env['CREDENTIALS_DIRECTORY'];
  const found = new Map<string, LayerValue>();
  if (folder === undefined) return found;
  for (const [key, name] of Object.entries(CREDENTIALS)) {
    const isUsed = firstOf(layers, key.replace(/[^.]+$/, 'url')) !== undefined;
    const file = join(folder, name);
    if (isUsed && (await isFilled(file))) found.set(key, { value: file, from: `credential ${name}`, base: folder });
  }
  return found;
}

async function isFilled(path: string): Promise<boolean> {
  return stat(path).then(
    ({ size }) => size > 0,
    () => false,
  );
}
