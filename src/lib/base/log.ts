import { Writable } from 'node:stream';
import chalk from 'chalk';
import { maskSecretsIn } from './redact.js';
import { pino, type Logger as PinoLogger } from 'pino';
import { terminalJson, terminalLine, terminalLines } from './terminal-text.js';

/** Structured log; `log.info({facts}, 'text')`. Lines start with `[daemon]` in the text forms. */
export type Logger = PinoLogger;

/** How lines look: coloured words on a terminal, JSON in a pipe, the document's words with priorities under systemd. */
export type LogForm = 'pretty' | 'json' | 'journal';

/** What a log needs to know; nothing is read from the environment here. */
export interface LogOptions {
  daemon: string;
  form: LogForm;
  level?: string;
  write: (line: string) => void;
}

/** Of a log file it may be anything that is JSON. */
interface Line {
  level: number;
  time: number;
  daemon: unknown;
  msg: unknown;
  err?: { message?: string; stack?: string };
  [key: string]: unknown;
}

const WORD: Record<number, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };
// Syslog priorities, read by journald from the `<n>` prefix (sd-daemon(3)).
const PRIORITY: Record<number, number> = { 10: 7, 20: 7, 30: 6, 40: 4, 50: 3, 60: 2 };
const COLOUR: Record<number, (text: string) => string> = {
  10: chalk.dim,
  20: chalk.dim,
  40: chalk.yellow,
  50: chalk.red,
  60: chalk.redBright,
};

/** Where lines go, as isatty(3) and fstat(2) tell it. */
export interface LogStream {
  isTty: boolean;
  dev: bigint;
  ino: bigint;
}

const INDENT = '    ';
const NO_TIME = '--:--:--.---';
const FORMS: ReadonlySet<string> = new Set<LogForm>(['pretty', 'json', 'journal']);

/**
 * The form that fits a stream. JOURNAL_STREAM is inherited by whatever a service or a session starts, so it counts
 * only where it names this very stream (systemd.exec(5)).
 */
export function logFormFor(env: NodeJS.ProcessEnv, { isTty, dev, ino }: LogStream): LogForm {
  const wanted = env['KLOROS_LOG_FORM'];
  if (isForm(wanted)) return wanted;
  if (env['JOURNAL_STREAM'] === `${dev}:${ino}`) return 'journal';
  return isTty ? 'pretty' : 'json';
}

function isForm(word: string | undefined): word is LogForm {
  return word !== undefined && FORMS.has(word);
}

/** Opens a log for one daemon. */
export function createLog(options: LogOptions): Logger {
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      options.write(render(withoutSecrets(chunk), options.form));
      done();
    },
  });
  const base = { daemon: options.daemon };
  return pino({ level: options.level ?? 'info', base, messageKey: 'msg' }, stream);
}

/** Nearly no line has any of these, and none that has not needs a closer look. */
const SUSPICIOUS = /:\/\/[^\s"]*[@?]|pass|secret|token|credential|authorization|bearer|cookie|key|private| -p/i;

function withoutSecrets(chunk: string): string {
  return SUSPICIOUS.test(chunk) ? `${JSON.stringify(maskSecretsIn(JSON.parse(chunk)))}\n` : chunk;
}

/** A line of JSON from a daemon's log file as people read it; what is none (a crash) gets the daemon's name in front. */
export function renderLogLine(daemon: string, text: string): string {
  const line = lineOf(text);
  return line === undefined ? `[${daemon}] ${terminalLine(text)}` : pretty(line, wordsOf(line)).trimEnd();
}

/** What a crash prints may begin like a line of the log, and is none. */
function lineOf(text: string): Line | undefined {
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined;
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}

function render(chunk: string, form: LogForm): string {
  if (form === 'json') return `${terminalJson(chunk.trimEnd())}\n`;
  const line = JSON.parse(chunk) as Line;
  const text = wordsOf(line);
  return form === 'journal' ? `${journalLines(line.level, text)}\n` : `${pretty(line, text)}\n`;
}

function wordsOf(line: Line): string {
  return `[${terminalLine(String(line.daemon))}] ${terminalLine(String(line.msg))}${detail(line)}`;
}

function journalLines(level: number, text: string): string {
  const prefix = `<${PRIORITY[level] ?? 6}>`;
  return text
    .split('\n')
    .map((part) => prefix + part)
    .join('\n');
}

function pretty(line: Line, text: string): string {
  const time = chalk.dim(timeText(line.time));
  const word = line.level === 30 ? '' : ` ${WORD[line.level] ?? ''}`;
  return `${time}${(COLOUR[line.level] ?? ((same: string) => same))(`${word} ${text}`)}`;
}

/** A crash has no time, and a foreign line may have any. */
function timeText(time: unknown): string {
  const date = new Date(typeof time === 'number' ? time : Number.NaN);
  return Number.isNaN(date.getTime()) ? NO_TIME : date.toISOString().slice(-13, -1);
}

function detail(line: Line): string {
  const { level: _l, time: _t, daemon: _d, msg: _m, err, ...rest } = line;
  const words = Object.entries(rest).map(([key, value]) =>
    terminalLine(`${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`),
  );
  const error = err ? [stackText(err.stack ?? err.message ?? '')] : [];
  return [...words, ...error].map((part) => ` ${part}`).join('');
}

/** Its lines stand to the right: a message with a line break begins no line of the log. */
function stackText(stack: unknown): string {
  return terminalLines(typeof stack === 'string' ? stack : JSON.stringify(stack))
    .split('\n')
    .map((line, index) => (index === 0 || line.startsWith(INDENT) ? line : INDENT + line))
    .join('\n');
}
