import { stripVTControlCharacters } from 'node:util';
import { chalkStderr as chalk } from 'chalk';
import type { LogForm } from '../base/log.js';
import { own } from '../base/own.js';
import { terminalJson, terminalLine } from '../base/terminal-text.js';

/** Makes one log of several processes' lines. */
export type LinePainter = (name: string, line: string) => string;

type Paint = (text: string) => string;

const COLOURS = [
  chalk.cyan,
  chalk.magenta,
  chalk.green,
  chalk.blue,
  chalk.blueBright,
  chalk.cyanBright,
  chalk.magentaBright,
];
const LEVELS: Readonly<Record<string, Paint>> = { warn: chalk.yellow, error: chalk.red, fatal: chalk.redBright.bold };
const ERROR_LEVEL = 50;
const BRACKETS = 2;
// Time, level where it is not info, daemon, and the rest, as base/log.ts writes them for people.
const PRETTY = /^(\d\d:\d\d:\d\d\.\d{3})(?: (\w+))? \[([^\]]+)\] (.*)$/s;

/**
 * Lines keep their form, and every one names its daemon: in words it stands in that daemon's colour;
 * what is no log line (a stack trace of a crash) gets the name in front, or becomes a JSON line where all are.
 */
export function linePainter(form: LogForm, names: readonly string[]): LinePainter {
  if (form === 'json') return (name, line) => (isJson(line) ? line : crashLine(name, line));
  if (form === 'journal') return (name, line) => (line.includes(`[${name}]`) ? line : afterPriority(name, line));
  const width = Math.max(...names.map((name) => name.length));
  return (name, line) => {
    const tag = tagOf(name, width, names.indexOf(name));
    const plain = terminalLine(stripVTControlCharacters(line));
    const [, time, level = '', daemon, text = ''] = PRETTY.exec(plain) ?? [];
    if (time === undefined || daemon !== name) return `${tag} ${plain}`;
    const paint = own(LEVELS, level) ?? ((same: string) => same);
    return `${chalk.dim(time)} ${tag} ${paint(level === '' ? text : `${level}: ${text}`)}`;
  };
}

function tagOf(name: string, width: number, index: number): string {
  const colour = COLOURS[index % COLOURS.length] ?? chalk.white;
  return colour(`[${name}]`.padEnd(width + BRACKETS));
}

/** The journal reads a priority only where a line begins with it. */
function afterPriority(name: string, line: string): string {
  const [priority = ''] = /^<\d>/.exec(line) ?? [];
  return `${priority}[${name}] ${line.slice(priority.length)}`;
}

function isJson(line: string): boolean {
  return line.startsWith('{') && line.endsWith('}');
}

function crashLine(daemon: string, msg: string): string {
  return terminalJson(JSON.stringify({ level: ERROR_LEVEL, daemon, msg }));
}
