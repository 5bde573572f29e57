import { membersOf, objectText } from '../base/json-members.js';
import { jsonText, parseJson } from '../base/json-text.js';
import type { Facts, Signal } from './envelope.js';

/** As what a signal was read, by the signal; only of those that may be emitted again. */
const frames = new WeakMap<Signal, string>();

/** Envelope fields that are written anew for each emission; a foreign null, or the same moment in finer digits, is no other value. */
const MOMENT: ReadonlySet<string> = new Set(['timestamp', 'ts']);

/** Keeps the JSON that a signal was read from, so that emitting it again changes nothing that nobody changed. */
export function keepFrame(signal: Signal, frame: string | Buffer): Signal {
  // A line break stands between values only, never within one, and would end the line of a file.
  frames.set(signal, frame.toString().replaceAll(/[\r\n]+/g, ' '));
  return signal;
}

/** The new signal with what its forerunner has beyond our fields: unknown envelope fields, and digits that doubles lose. */
export function carryFrame(old: Signal, signal: Signal): Signal {
  const carried = { ...signal, ecosystem: old.ecosystem };
  const frame = frames.get(old);
  if (frame !== undefined) frames.set(carried, frame);
  return carried;
}

/** The envelope as JSON, the id first: of a kept signal every value that is still the same stands byte for byte, in its place. */
export function signalText(signal: Signal): string {
  const { id, ...rest } = signal;
  const frame = frames.get(signal);
  if (frame === undefined) return jsonText({ id, ...rest });
  const before = membersOf(frame);
  const after = new Map<string, string>([['id', jsonText(id)]]);
  for (const [key, text] of before) if (!Object.hasOwn(signal, key)) after.set(key, text);
  for (const [key, value] of Object.entries(rest)) after.set(key, fieldText(key, value, before.get(key)));
  const order = ['id', ...before.keys()].filter((key) => after.has(key));
  return objectText([...new Set([...order, ...after.keys()])].map((key) => [key, after.get(key) ?? 'null']));
}

/** What an envelope has beyond our fields, for programs that read it; nothing of a signal that was not kept. */
export function unknownFields(signal: Signal): Facts {
  const frame = frames.get(signal);
  if (frame === undefined) return {};
  const unknown = [...membersOf(frame)].filter(([key]) => !Object.hasOwn(signal, key));
  return parseJson(objectText(unknown)) as Facts;
}

function fieldText(key: string, value: unknown, before: string | undefined): string {
  if (key === 'facts' && before?.startsWith('{') === true) return factsText(value as Facts, before);
  // Of another version than ours, which reads it all the same.
  if (key === 'schema_version' && before !== undefined) return before;
  return sameOr(key, value, before);
}

/** Fact by fact: what an operator changed is new, the rest is as it was. */
function factsText(facts: Facts, before: string): string {
  const members = membersOf(before);
  return objectText(Object.entries(facts).map(([key, value]) => [key, sameOr('', value, members.get(key))]));
}

function sameOr(key: string, value: unknown, before: string | undefined): string {
  const text = jsonText(value);
  if (before === undefined) return text;
  const old = parseJson(before);
  const same = MOMENT.has(key) ? msOf(old) === msOf(value) : jsonText(old) === text || isRounded(old, value);
  return same ? before : text;
}

/** A schema makes new objects, which have no digits beside their numbers any more: what was not changed is still the same. */
function isRounded(old: unknown, value: unknown): boolean {
  const text = JSON.stringify(value);
  return text === jsonText(value) && text === JSON.stringify(old);
}

function msOf(moment: unknown): number {
  return typeof moment === 'number' ? Math.round(moment * 1_000) : Date.parse(String(moment));
}
