import chalk from 'chalk';
import { catalogue, type SignalKind } from '../signals/catalogue.js';
import { jsonText, memberText } from '../base/json-text.js';
import { own } from '../base/own.js';
import { padToWidth, terminalLine, terminalPiece } from '../base/terminal-text.js';
import type { Recorded } from '../bus/bus.js';
import type { Signal } from '../signals/envelope.js';
import { unknownFields } from '../signals/kept-frame.js';
import { isOwn, type Entrance } from '../signals/origin.js';

const COLOUR: Record<SignalKind, (text: string) => string> = {
  advisory: chalk.blue,
  trigger: chalk.yellow,
  completion: chalk.green,
  error: chalk.red,
};
const NAME_WIDTH = 26;
const SOURCE_WIDTH = 30;
const MOST_FACTS = 40;

/** A signal's name in the colour of its kind; a foreign one stays as it is. */
export function colouredName(name: string, width = 0): string {
  const kind = catalogue.get(name)?.kind;
  const padded = padToWidth(terminalLine(name), width);
  return kind === undefined ? padded : COLOUR[kind](padded);
}

/** One line for people: local time, name, source with the door of what came in from outside, and the facts as key=value. */
export function signalLine(signal: Signal, from?: Entrance): string {
  const time = chalk.dim(localTime(signal.timestamp));
  const door = from === undefined || isOwn(from) ? '' : chalk.magenta(` (${terminalLine(from.origin)})`);
  const source = chalk.cyan(padToWidth(terminalPiece(signal.source), SOURCE_WIDTH));
  return `${time} ${colouredName(signal.signal, NAME_WIDTH)} ${source}${door} ${factsText(signal.facts)}`.trimEnd();
}

/** A signal for programs: every field that its sender gave it, and by which door it came. */
export function signalDocument({ signal, from }: Pick<Recorded, 'signal' | 'from'>): Record<string, unknown> {
  return { ...signal, ...unknownFields(signal), origin: from.origin };
}

/** Any value in one short piece of text. */
export function valueText(value: unknown): string {
  return value === undefined ? '' : terminalPiece(isPlain(value) ? value : jsonText(value));
}

/** What stands under a key in one short piece of text, numbers as they were written; nothing where nothing does. */
export function memberValueText(holder: Readonly<Record<string, unknown>>, key: string): string {
  const value = own(holder, key);
  return value === undefined ? '' : terminalPiece(isPlain(value) ? value : memberText(holder, key));
}

function isPlain(value: unknown): value is string {
  return typeof value === 'string' && !/[\s"=]/.test(value);
}

function factsText(facts: Signal['facts']): string {
  const all = Object.keys(facts);
  const shown = all
    .slice(0, MOST_FACTS)
    .map((key) => `${chalk.dim(`${terminalPiece(key)}=`)}${memberValueText(facts, key)}`)
    .join(' ');
  return all.length > MOST_FACTS ? `${shown} ${chalk.dim(`… and ${all.length - MOST_FACTS} more`)}` : shown;
}

/** HH:MM:SS.mmm where the operator is. */
function localTime(timestamp: string): string {
  const date = new Date(timestamp);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
