import chalk from 'chalk';
import { catalogue, type SignalKind } from '../signals/catalogue.js';
import { padToWidth, terminalLine, terminalPiece } from '../base/terminal-text.js';
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

/** Any value in one short piece of text. */
export function valueText(value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' && !/[\s"=]/.test(value) ? value : JSON.stringify(value);
  return terminalPiece(text);
}

function factsText(facts: Signal['facts']): string {
  const all = Object.entries(facts);
  const shown = all
    .slice(0, MOST_FACTS)
    .map(([key, value]) => `${chalk.dim(`${terminalPiece(key)}=`)}${valueText(value)}`)
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
