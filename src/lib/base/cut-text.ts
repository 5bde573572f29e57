/** Longer clusters are no characters that anybody reads: marks piled on one letter. */
const LONGEST_CLUSTER = 64;
const graphemes = new Intl.Segmenter();

/** The beginning of a text, at most so many UTF-16 units, whole characters: no half of a pair, no letter without its accent. */
export function cutText(text: string, longest: number): string {
  return text.length <= longest ? text : text.slice(0, borderBefore(text, Math.max(0, longest)));
}

/** The end of a text, at most so many UTF-16 units, whole characters. */
export function cutTextStart(text: string, longest: number): string {
  return text.length <= longest ? text : text.slice(borderAfter(text, text.length - Math.max(0, longest)));
}

/** A text that is too long ends in `…`, which counts. */
export function shorten(text: string, longest: number): string {
  return text.length <= longest ? text : `${cutText(text, longest - 1).trimEnd()}…`;
}

/** The beginning of text in UTF-8, at most so many bytes, no torn sequence. */
export function cutUtf8(bytes: Buffer, longest: number): Buffer {
  if (bytes.length <= longest) return bytes;
  let end = Math.max(0, longest);
  for (let back = 0; back < 3 && end > 0 && isContinuation(bytes[end]); back += 1) end -= 1;
  return bytes.subarray(0, isContinuation(bytes[end]) ? longest : end);
}

/** The end of text in UTF-8, at most so many bytes, no torn sequence. */
export function cutUtf8Start(bytes: Buffer, longest: number): Buffer {
  if (bytes.length <= longest) return bytes;
  let start = bytes.length - Math.max(0, longest);
  for (let on = 0; on < 3 && isContinuation(bytes[start]); on += 1) start += 1;
  return bytes.subarray(start);
}

/** Start of the character that `at` lies in. */
function borderBefore(text: string, at: number): number {
  if (at === 0) return 0;
  const from = pairBorder(text, Math.max(0, at - LONGEST_CLUSTER));
  const found = graphemes.segment(text.slice(from, at + LONGEST_CLUSTER)).containing(at - from);
  const border = from + (found?.index ?? at - from);
  return border > from || from === 0 ? border : pairBorder(text, at);
}

/** Start of the first character that begins at `at` or behind it. */
function borderAfter(text: string, at: number): number {
  const before = borderBefore(text, at);
  if (before === at) return at;
  const found = graphemes.segment(text.slice(before, before + 2 * LONGEST_CLUSTER)).containing(0);
  const end = before + (found?.segment.length ?? 1);
  if (end - before < 2 * LONGEST_CLUSTER) return end;
  return pairBorder(text, at) === at ? at : at + 1;
}

/** `at`, or one before it where it would part a surrogate pair. */
function pairBorder(text: string, at: number): number {
  const isParted = at > 0 && isBetween(text.charCodeAt(at), 0xdc00) && isBetween(text.charCodeAt(at - 1), 0xd800);
  return isParted ? at - 1 : at;
}

function isBetween(unit: number, first: number): boolean {
  return unit >= first && unit < first + 0x400;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
