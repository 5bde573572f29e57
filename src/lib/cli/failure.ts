import { inspect } from 'node:util';
import { chalkStderr } from 'chalk';
import { errorCode, KlorosError, toError } from '../base/errors.js';
import { own } from '../base/own.js';
import { hangingLines, terminalJson, terminalLines } from '../base/terminal-text.js';
import { nativeTrouble } from '../base/native-modules.js';
import { exitCodeOf } from './exit-codes.js';
import type { OutputMode } from './output-mode.js';

/** An error as an operator or a program sees it. */
export interface Failure {
  status: number;
  error: { code: string; message: string; why: string | null; next: string[]; stack?: string };
}

/** How to show an error. */
export interface FailureOptions {
  debug: boolean;
  isCheck: boolean;
}

/** Where the words of an error begin. */
const HANGING = '       ';
const UNEXPECTED_NEXT = 'run the same command with --debug for the stack trace';

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  EACCES: 'this user lacks the permission',
  EPERM: 'this user lacks the permission',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOENT: 'the file or folder does not exist',
  EADDRINUSE: 'another process has the port',
  ECONNREFUSED: 'nothing listens there',
  EMFILE: 'too many files are open',
};

/** Says what, why and what now of anything that was thrown; the stack only for --debug. */
export function failureOf(thrown: unknown, { debug, isCheck }: FailureOptions): Failure {
  const known = nativeTrouble(thrown) ?? thrown;
  const stack = debug ? { stack: inspect(thrown, { colors: false }) } : {};
  return { status: exitCodeOf(known, isCheck), error: { ...partsOf(known, debug), ...stack } };
}

function partsOf(thrown: unknown, debug: boolean): Failure['error'] {
  if (thrown instanceof KlorosError) {
    return { code: thrown.code, message: thrown.message, why: thrown.why ?? null, next: thrown.next };
  }
  const code = errorCode(thrown);
  const why = code === undefined ? null : (own(SYSTEM_ERRORS, code) ?? null);
  return { code: code ?? 'UNEXPECTED', message: toError(thrown).message, why, next: debug ? [] : [UNEXPECTED_NEXT] };
}

function failureText({ error }: Failure): string {
  const why = error.why === null ? [] : [`${chalkStderr.bold('Why:')}   ${hangingLines(error.why, HANGING)}`];
  const next = error.next.map(
    (step, index) => `${index === 0 ? chalkStderr.bold('Next:') : '     '}  ${hangingLines(step, HANGING)}`,
  );
  const stack = error.stack === undefined ? [] : ['', chalkStderr.dim(terminalLines(error.stack))];
  return [`${chalkStderr.red.bold('Error:')} ${hangingLines(error.message, HANGING)}`, ...why, ...next, ...stack].join(
    '\n',
  );
}

/** Writes an error where its reader looks: one document or one line on stdout for programs, words on stderr for people. */
export function tellFailure(
  failure: Failure,
  { mode, warnings }: { mode: OutputMode; warnings: readonly string[] },
): void {
  if (mode === 'text') process.stderr.write(`${failureText(failure)}\n`);
  else if (mode === 'jsonl') process.stdout.write(`${terminalJson(JSON.stringify(failure))}\n`);
  else process.stdout.write(`${terminalJson(JSON.stringify({ ...failure, warnings }, null, 2))}\n`);
}
