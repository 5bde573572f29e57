import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';
import { toError } from '../base/errors.js';
import type { FactsCache } from './facts-cache.js';
import type { FileFacts } from './file-facts.js';
import { readPython } from './python-source.js';
import { readScript } from './script-source.js';

/** Hex SHA-256 of content. */
export function contentHash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A file's bytes and their hash. */
export interface Content {
  bytes: Buffer;
  hash: string;
}

/** Reads a file. */
export function readContent(path: string): Content {
  const bytes = readFileSync(path);
  return { bytes, hash: contentHash(bytes) };
}

/** Facts of a file by its content, from the cache where they are known. */
export function factsOf(path: string, content: Content, cache: FactsCache): FileFacts {
  const key = `${content.hash}${extname(path)}`;
  const known = cache.facts(key);
  if (known) return known;
  const facts = parseSource(path, content.bytes);
  cache.putFacts(key, facts);
  return facts;
}

/** Facts of one source file; a parser that throws is an error of that file and of no other. */
function parseSource(path: string, bytes: Uint8Array): FileFacts {
  const text = decode(bytes);
  const python = /\.pyw?$/.test(path);
  try {
    return python ? readPython(text) : readScript(text, basename(path));
  } catch (error) {
    const facts = python ? readPython('') : readScript('', basename(path));
    return { ...facts, error: `not parsed: ${toError(error).message}` };
  }
}

// Python 2 and old JavaScript are often Latin-1; its bytes are all valid there.
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
