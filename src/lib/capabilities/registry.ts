import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { errorCode, KlorosError } from '../base/errors.js';
import { parseRegistry, type RegistryContent } from './registry-content.js';

export type { RegistryContent, RegistryEntry } from './registry-content.js';

/** The registry as it lies on the disk. */
export interface Registry extends RegistryContent {
  path: string;
  /** False where there is no file yet; it then has no entries and an empty text. */
  exists: boolean;
  text: string;
  /** Hex digest of the file's bytes; null where there is no file. */
  sha256: string | null;
}

const NOTHING: RegistryContent = { entries: [], groups: [], modules: [] };

/** Reads capabilities.yaml; throws REGISTRY_UNREADABLE with line and column where it cannot be understood. */
export async function readRegistry(path: string): Promise<Registry> {
  const bytes = await bytesOf(path);
  if (bytes === undefined) return { path, exists: false, text: '', sha256: null, ...NOTHING };
  const text = decode(bytes, path);
  return { path, exists: true, text, sha256: sha256Of(bytes), ...parseRegistry(text, path) };
}

/** Hex SHA-256 of a file's content. */
export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

async function bytesOf(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new KlorosError({
      code: 'REGISTRY_UNREADABLE',
      message: `The registry ${path} is not valid UTF-8`,
      why: 'It was left untouched: writing it again would lose the bytes that cannot be decoded.',
      next: [`iconv -f utf-8 -t utf-8 ${path} >/dev/null   # names the first bad byte`],
      cause,
    });
  }
}
