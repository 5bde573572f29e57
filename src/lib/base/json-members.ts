import { closingQuote } from './json-text.js';

/**
 * The members of a JSON object as they are written: each key with the text of its value, byte for byte, in their order.
 * The last of equal keys counts, as it does for JSON.parse. The text must be a valid JSON object.
 */
export function membersOf(text: string): Map<string, string> {
  const members = new Map<string, string>();
  for (let at = skipBlank(text, text.indexOf('{') + 1); text[at] === '"';) {
    const keyEnd = closingQuote(text, at) + 1;
    const key = JSON.parse(text.slice(at, keyEnd)) as string;
    const start = skipBlank(text, text.indexOf(':', keyEnd) + 1);
    const end = endOfValue(text, start);
    members.set(key, text.slice(start, end).trimEnd());
    at = skipBlank(text, end + 1);
  }
  return members;
}

/** The text of an object of such members. */
export function objectText(members: Iterable<readonly [string, string]>): string {
  return `{${[...members].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
}

/** Position of the comma or the brace behind a value. */
function endOfValue(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') at = closingQuote(text, at);
    else if (char === '{' || char === '[') depth += 1;
    else if (depth === 0 && (char === ',' || char === '}')) return at;
    else if (char === '}' || char === ']') depth -= 1;
  }
  return text.length;
}

function skipBlank(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  return at;
}
