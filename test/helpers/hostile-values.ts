import { type Arbitrary } from 'fast-check';
import fc from './property.js';

/** Where the paths of hostile texts lead. */
export interface Around {
  /** Of the colony. */
  home: string;
  /** A folder beside the home, which nobody may touch. */
  outside: string;
}

const DEEPEST = 6_000;
const LONG = 5_000;
const MOST_UP = 8;
/** Of a message, name and envelope (bus.maxFrameBytes). */
const LIMIT_BYTES = 1_048_576;
const BEYOND_BYTES = 4_096;
/** What stands between these is written into the JSON as it is: JSON.stringify would change it. */
const RAW = '<raw>';
const RAW_IN_TEXT = new RegExp(`"${RAW}([^"]*)${RAW}"`, 'g');

/** Texts that hurt careless readers, by what they hurt. */
export function hostileTexts({ home, outside }: Around): Record<string, Arbitrary<string>> {
  const inside = fc.constantFrom('', '/module', '/experiments.json', '/dream.yaml', '/new/file', '/new.json');
  const up = fc.integer({ min: 1, max: MOST_UP }).map((count) => '../'.repeat(count));
  return {
    'a path that goes up': fc.tuple(up, inside).map(([dots, path]) => `${dots}outside${path}`),
    'an absolute path': inside.map((path) => outside + path),
    'a path by a link': inside.map((path) => `${home}/src/link${path}`),
    'a path with a NUL': inside.map((path) => `compression\0/../..${outside}${path}`),
    'a key of every object': fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype'),
    'control characters': fc.constantFrom('\u001b]0;t\u0007\u001b[2J', 'a\r\n{"level":60,"msg":"forged"}', '\u009b31m'),
    'bidirectional text': fc.constantFrom('\u202eexe.txt', '\u2066a\u2069', '\u200f\u061c\u200b\ufeff'),
    'half a character': fc.constantFrom('\ud800', 'a\udfff', '\udc00\ud800', `${'x'.repeat(199)}\ud83d`),
    'a long text': fc.constantFrom('x'.repeat(LONG), '語'.repeat(LONG), 'e\u0301'.repeat(LONG)),
    'no text': fc.constantFrom('', ' ', '\t\n'),
    'a text like a number': fc.constantFrom('NaN', '1e400', '-0', '9007199254740993', '0x1f', 'null', 'undefined'),
    'a command': fc.constantFrom(`$(touch ${outside}/ran)`, `; touch ${outside}/ran #`, '--help', '-rf', '%s%n'),
    'a pattern': fc.constantFrom('(a+)+$', '[', '*', '${facts}', '{{facts}}', "' OR 1=1 --", '= facts'),
    'an unlikely time': fc.constantFrom('+275760-09-13T00:00:00.001Z', '2099-01-01T00:00:00Z', '0000', 'yesterday'),
  };
}

const numbers = fc.constantFrom('1e400', '-1e400', '-0', '9007199254740993', '1e21', '5e-324', '0.1', '-1');
const nested = fc
  .tuple(
    fc.constantFrom<[string, string][]>(['[', ']'], ["{'a':", '}']),
    fc.oneof(fc.constant(DEEPEST), fc.integer({ min: 1, max: 200 })),
  )
  .map(([[open, close], depth]) => `${open.repeat(depth)}1${close.repeat(depth)}`);
/** About as long as a message may be, a little less or more. */
export const largeText: Arbitrary<string> = fc
  .integer({ min: LIMIT_BYTES - BEYOND_BYTES, max: LIMIT_BYTES + BEYOND_BYTES })
  .map((length) => 'x'.repeat(length));

/** Whatever may stand in the place of a fact: a text, a number as no double has it, what is deep, or of another type. */
export function hostileValue(around: Around): Arbitrary<unknown> {
  const text = fc.oneof(...Object.values(hostileTexts(around)));
  return fc.oneof(
    { weight: 60, arbitrary: text },
    { weight: 10, arbitrary: numbers.map(raw) },
    { weight: 4, arbitrary: nested.map(raw) },
    { weight: 10, arbitrary: fc.jsonValue() },
    { weight: 4, arbitrary: fc.dictionary(text, fc.jsonValue(), { maxKeys: 3 }) },
    { weight: 4, arbitrary: fc.array(text, { maxLength: 5 }) },
  );
}

/** A value that is written as this JSON, whose quotes are single ones. */
function raw(json: string): string {
  return `${RAW}${json}${RAW}`;
}

/** JSON of what holds hostile values. */
export function hostileJson(value: unknown): string {
  return JSON.stringify(value).replace(RAW_IN_TEXT, (_, json: string) => json.replaceAll("'", '"'));
}
