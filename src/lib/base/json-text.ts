import { randomUUID } from 'node:crypto';
import { own } from './own.js';

/** Levels of nesting that a door takes; what is deeper exhausts the stack of whoever serialises or compares it. */
export const DEEPEST = 100;
/** Levels that a reader takes of what passed a door: rows and lines wrap a signal in a few more. */
export const DEEPEST_READ = 2 * DEEPEST;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Nobody outside of this process can write a text that is taken for a number. */
const MARK = `wide-${randomUUID()}:`;
const MARKED = new RegExp(`"${MARK}([^"]*)"`, 'g');

/** Numbers as they were written, by the object or list in which they stand: those that a double cannot hold. */
const wide = new WeakMap<object, Map<string, string>>();
let isAnyWide = false;

/**
 * JSON.parse with bounded nesting. Numbers are doubles as ever; those that this changes (integers beyond 2^53) keep
 * their digits beside, and `jsonText` writes these. Throws SyntaxError, and RangeError where it is too deep.
 */
export function parseJson(text: string, deepest: number = DEEPEST_READ): unknown {
  const value: unknown = JSON.parse(text);
  return isWide(value, deepest, deepest) ? parseWide(text) : value;
}

/** Whether any number is beyond what a double holds; looks no deeper than `left` levels. A look at what was read costs a tenth of reading it. */
function isWide(value: unknown, left: number, deepest: number): boolean {
  if (typeof value === 'number') return !(Math.abs(value) <= Number.MAX_SAFE_INTEGER);
  if (typeof value !== 'object' || value === null) return false;
  if (left === 0) throw new RangeError(`it is nested deeper than ${deepest} levels`);
  const values: unknown[] = Array.isArray(value) ? value : Object.values(value);
  let found = false;
  for (let at = 0; at < values.length; at += 1) {
    const inner = values[at];
    // Most are texts, which need no call.
    if (typeof inner !== 'string' && isWide(inner, left - 1, deepest)) found = true;
  }
  return found;
}

/** JSON.stringify that gives back the digits which `parseJson` kept. */
export function jsonText(value: unknown, indent?: number): string {
  if (!isAnyWide) return JSON.stringify(value, undefined, indent);
  return JSON.stringify(value, markWide, indent).replaceAll(MARKED, '$1');
}

/** `jsonText` of what stands under a key. */
export function memberText(holder: Readonly<Record<string, unknown>>, key: string): string {
  const value = own(holder, key);
  const digits = typeof value === 'number' ? wide.get(holder)?.get(key) : undefined;
  return digits !== undefined && Object.is(Number(digits), value) ? digits : jsonText(value);
}

/** Position of the quote that ends the string which begins at a quote; the end of the text where none does. */
export function closingQuote(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  return text.length;
}

/** Numbers that a double changes are read as marked strings, which the reviver turns back. */
function parseWide(text: string): unknown {
  const marked = withMarks(text);
  if (marked === text) return JSON.parse(text);
  return JSON.parse(marked, function (this: object, key: string, value: unknown) {
    if (typeof value !== 'string' || !value.startsWith(MARK)) return value;
    const digits = value.slice(MARK.length);
    remember(this, key, digits);
    return Number(digits);
  });
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function withMarks(text: string): string {
  let marked = '';
  let copied = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = closingQuote(text, at);
    else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      const number = numberAt(text, at);
      if (isChanged(number)) {
        marked += `${text.slice(copied, at)}"${MARK}${number}"`;
        copied = at + number.length;
      }
      at += Math.max(number.length, 1) - 1;
    }
  }
  return copied === 0 ? text : marked + text.slice(copied);
}

function numberAt(text: string, at: number): string {
  NUMBER.lastIndex = at;
  return NUMBER.exec(text)?.[0] ?? '';
}

/** Whether a double loses digits of it, or all of it. */
function isChanged(number: string): boolean {
  return !(Math.abs(Number(number)) <= Number.MAX_SAFE_INTEGER) && String(Number(number)) !== number;
}

function remember(holder: object, key: string, digits: string): void {
  const known = wide.get(holder) ?? new Map<string, string>();
  wide.set(holder, known.set(key, digits));
  isAnyWide = true;
}

function markWide(this: object, key: string, value: unknown): unknown {
  if (typeof value !== 'number') return value;
  const digits = wide.get(this)?.get(key);
  // Another number stands there now.
  return digits !== undefined && Object.is(Number(digits), value) ? MARK + digits : value;
}

/** A copy of facts that keeps their digits, unlike a structured clone. */
export function copyJson<T>(value: T): T {
  return parseJson(jsonText(value)) as T;
}
