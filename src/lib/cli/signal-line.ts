import chalk from 'chalk';
import { catalogue, type SignalKind } from '../signals/catalogue.js';
import { cutText } from '../base/cut-text.js';
import { cutToWidth, padToWidth, terminalLine } from '../base/terminal-text.js';
import type { Signal } from '../signals/envelope.js';
import { isOwn, type Entrance } from '../signals/origin.js';

const COLOUR: Record<SignalKind, (text: string) => string> = {
  advisory: chalk.blue,
  trigger: chalk.yellow,
  completion: chalk.green,
  error: chalk.red,
};
const NAME_WIDTH = 26;
const SOURCE_WIDTH = 30;
const VALUE_WIDTH = 60;
const MOST_FACTS = 40;
/** More of a text cannot be on the line. */
const MOST_LOOKED_AT = 2_000;

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
  const source = chalk.cyan(padToWidth(piece(signal.source), SOURCE_WIDTH));
  return `${time} ${colouredName(signal.signal, NAME_WIDTH)} ${source}${door} ${factsText(signal.facts)}`.trimEnd();
}

/** Any value in one short piece of text. */
export function valueText(value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' && !/[\s"=]/.test(value) ? value : JSON.stringify(value);
  return piece(text);
}

function factsText(facts: Signal['facts']): string {
  const all = Object.entries(facts);
  const shown = all
    .slice(0, MOST_FACTS)
    .map(([key, value]) => `${chalk.dim(`${piece(key)}=`)}${valueText(value)}`)
    .join(' ');
  return all.length > MOST_FACTS ? `${shown} ${chalk.dim(`… and ${all.length - MOST_FACTS} more`)}` : shown;
}

/** A sender's text as part of a line: a megabyte of it would hide what stands before and behind. */
function piece(text: string): string {
  return cutToWidth(terminalLine(cutText(text, MOST_LOOKED_AT)), VALUE_WIDTH);
}

/** HH:MM:SS.mmm where the operator is. */
function localTime(timestamp: string): string {
  const date = new Date(timestamp);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
