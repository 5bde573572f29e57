import { createHash } from 'node:crypto';
import { cutUtf8 } from '../base/cut-text.js';

const INTENT = '.json';
/** What was taken aside to be deleted, with its inode; a crash may leave it there (remove.ts). */
const ASIDE = /\.[0-9]+\.routed$/;
/** Of Linux file systems; the names that we make leave room for WHY. */
const NAME_MAX_BYTES = 255;
/** Ends the name of the file that says why another is in quarantine. */
export const WHY = '.why.json';
const TYPE_LENGTH = 100;
const ASCII_END = 0x7f;

/** Whether a name in the folder is an intent's; `.tmp` files and others are somebody's work in progress. */
export function isIntentName(name: string): boolean {
  return originalName(name).endsWith(INTENT);
}

/** Whether a file was taken aside. */
export function isAside(name: string): boolean {
  return ASIDE.test(name);
}

/** The name under which a file is taken aside; no other file that exists can have its inode. */
export function asideOf(name: string, ino: number): string {
  return isAside(name) ? name : `${name}.${ino}.routed`;
}

/** The name its writer gave it. */
export function originalName(name: string): string {
  return name.replace(ASIDE, '');
}

/** The name under which a file is quarantined: its own and what tells this version from others. */
export function quarantineName(name: string, key: string): string {
  const suffix = `.${sha256(key).slice(0, 12)}`;
  return shorten(originalName(name), NAME_MAX_BYTES - WHY.length - suffix.length) + suffix;
}

/** A name that is not UTF-8 in letters that can be said in a signal: other bytes become `%XX`. */
export function escapedName(bytes: Buffer): string {
  const text = [...bytes]
    .map((byte) => (byte > ASCII_END ? `%${byte.toString(16).toUpperCase()}` : String.fromCharCode(byte)))
    .join('');
  return Buffer.byteLength(text) <= NAME_MAX_BYTES ? text : `${sha256(text)}${INTENT}`;
}

/** A new intent's name in the form of existing writers: `{ms}_{type}_{hash8}.json`. */
export function intentFileName(type: string, nowMs: number, content: Uint8Array): string {
  const plain = type.replace(/[^\w.-]/g, '_').slice(0, TYPE_LENGTH);
  return `${Math.trunc(nowMs)}_${plain}_${sha256(content).slice(0, 8)}${INTENT}`;
}

/** Hex SHA-256. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function shorten(name: string, maxBytes: number): string {
  return cutUtf8(Buffer.from(name), maxBytes).toString();
}
