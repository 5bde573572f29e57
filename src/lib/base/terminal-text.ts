import stringWidth from 'string-width';
import { cutText } from './cut-text.js';

/** What stands for a character that a terminal would obey, or that nobody can see. */
const REPLACEMENT = '\uFFFD';
/** Most of what comes is plain ASCII, and asking costs a fraction of replacing. */
const PLAIN = /^[\x20-\x7e]*$/;
const LINE_BREAKS = /\r\n|[\t\n\v\f\r\u0085\u2028\u2029]/g;
/** Colours and weights that kloros itself uses; no hidden or blinking text, no link, no title. */
const OWN_STYLE = String.raw`\u001b\[(?:0|[1-4]|7|2[2-47]|3[0-79]|4[0-79]|9[0-7]|10[0-7])m`;
/** A character that joins its neighbours: kept inside of emoji and of scripts that are written with it. */
const JOINED = String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})`;
const WRITTEN_JOINED = String.raw`[[\p{L}\p{M}]--[\p{scx=Latin}\p{scx=Greek}\p{scx=Cyrillic}]]`;
const JOINING = String.raw`(?<=${WRITTEN_JOINED})[\u200c\u200d](?=${WRITTEN_JOINED})`;
/** Controls, bidi controls, halves of pairs, and what is there without being seen; variation selectors and accents are seen. */
const UNSAFE = String.raw`[[\p{Cc}\p{Cs}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--[\ufe00-\ufe0f]]`;
const UNSAFE_IN_LINE = new RegExp(`(${JOINED}|${JOINING})|${UNSAFE}`, 'gv');
const UNSAFE_IN_LINES = new RegExp(String.raw`([\n\t]|${JOINED}|${JOINING})|${UNSAFE}`, 'gv');
const UNSAFE_IN_JSON = new RegExp(String.raw`(\n)|${UNSAFE}`, 'gv');
const UNSAFE_IN_OUTPUT = new RegExp(String.raw`(${OWN_STYLE}|[\n\t]|${JOINED}|${JOINING})|${UNSAFE}`, 'gv');
const PIECE_WIDTH = 60;
/** More of a text cannot be on the line. */
const MOST_LOOKED_AT = 2_000;
/** No script piles more accents on one letter; more of them cover the lines around. */
const PILED_MARKS = /(\p{M}{8})\p{M}+/gu;

/**
 * A text from outside as a piece of one line: whoever wrote it can neither move the cursor, colour, turn round or hide
 * what stands beside it, nor begin a line of his own. For every value between words of ours.
 */
export function terminalLine(text: string): string {
  return PLAIN.test(text) ? text : replaced(text.replaceAll(LINE_BREAKS, ' '), UNSAFE_IN_LINE);
}

/** The same of a text of several lines, which stay lines. */
export function terminalLines(text: string): string {
  return PLAIN.test(text) ? text : text.split(/\r?\n/).map(terminalLine).join('\n');
}

/**
 * The last filter before a terminal: our lines pass, and our colours where there are any; every other control is
 * replaced. It cannot tell our line breaks from foreign ones; that is what `terminalLine` is for.
 */
export function terminalOutput(text: string, hasColours = true): string {
  return PLAIN.test(text) ? text : replaced(text, hasColours ? UNSAFE_IN_OUTPUT : UNSAFE_IN_LINES);
}

/** A text whose lines behind the first stand to the right, so that none of them can pass for a line of ours. */
export function hangingLines(text: string, indent: string): string {
  return terminalLines(text).replaceAll('\n', `\n${indent}`);
}

/** JSON with the same values, in which what a terminal would obey is written as `\\uXXXX`. */
export function terminalJson(json: string): string {
  return PLAIN.test(json)
    ? json
    : json.replaceAll(UNSAFE_IN_JSON, (text, kept: string | undefined) => kept ?? escaped(text));
}

/** Columns that a text takes on a terminal; colours take none, CJK and emoji two. Of several lines the widest. */
export function displayWidth(text: string): number {
  return Math.max(...text.split('\n').map((line) => stringWidth(line)));
}

/** Spaces behind a text up to a width in columns. */
export function padToWidth(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** A text without colours in at most so many columns; what is cut ends in `…`. */
export function cutToWidth(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let shown = '';
  let used = 1;
  for (const { segment } of new Intl.Segmenter().segment(cutText(text, width * 16))) {
    used += displayWidth(segment);
    if (used > width) break;
    shown += segment;
  }
  return `${shown}…`;
}

/** A sender's text as a piece of a line or cell: a megabyte of it would hide what stands before and behind. */
export function terminalPiece(text: string): string {
  return cutToWidth(terminalLine(cutText(text, MOST_LOOKED_AT)), PIECE_WIDTH);
}

/** As JSON writes UTF-16 units. */
function escaped(text: string): string {
  return text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

function replaced(text: string, unsafe: RegExp): string {
  return text.replaceAll(unsafe, (_, kept: string | undefined) => kept ?? REPLACEMENT).replaceAll(PILED_MARKS, '$1');
}
