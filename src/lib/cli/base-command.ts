import { setImmediate as nextTurn } from 'node:timers/promises';
import { Command, Errors, Flags } from '@oclif/core';
import type { Interfaces } from '@oclif/core';
import chalk, { chalkStderr } from 'chalk';
import { jsonText } from '../base/json-text.js';
import { shareWithGroup } from '../base/group-umask.js';
import { hangingLines, terminalJson, terminalOutput } from '../base/terminal-text.js';
import { own } from '../base/own.js';
import { UnreadPlaces } from '../base/unread.js';
import type { LoadedConfig } from '../config/load.js';
import { InterruptedError } from './command-error.js';
import { ExitCode } from './exit-codes.js';
import { failureOf, tellFailure } from './failure.js';
import { Interruption } from './interruption.js';
import { hasFlag, outputModeOf, type OutputMode } from './output-mode.js';
import { readableParseError } from './parse-errors.js';

/** Lines between two turns of the event loop, in which signals and errors are heard. */
const LINES_PER_TURN = 200;
/** Under a warning that has several lines. */
const HANGING = '         ';

/** `--output text|jsonl`, for commands that stream. */
export const outputFlag = Flags.option({
  summary: 'Words for people, or one JSON object a line',
  options: ['text', 'jsonl'] as const,
  default: 'text' as const,
  helpGroup: 'GLOBAL',
});

/**
 * The base of every command. A subclass parses its flags, calls one function of lib, renders, and returns the result:
 *
 *   async run(): Promise<Row[]> {
 *     const { flags } = await this.parse(SignalList);
 *     const { config } = await this.settings();      // loaded on demand: commands that need no config start faster
 *     this.log(table);                               // results for people; silent under --json and --output jsonl
 *     this.note('reading …');                        // talk, to stderr
 *     this.warn('…');                                // stderr, or `warnings` under --json
 *     await this.line(row, () => text);              // one object of a stream: text, a JSON line, or collected
 *     this.status = CheckCode.warning;               // exit code other than 0 of a command that did its work
 *     throw notFoundError({…});                      // command-error.ts, or any KlorosError: what, why, what now
 *     return rows;                                   // `result` under --json, falsy ones too
 *   }
 *
 * `this.interrupted` is aborted on Ctrl-C, SIGTERM and when nobody reads stdout any more; who uses it ends by itself,
 * who does not is ended at once. Exit codes come from exit-codes.ts; a check sets `static override check = true`.
 */
export abstract class KlorosCommand extends Command {
  /** Exit codes mean OK, WARNING, CRITICAL and UNKNOWN. */
  static check = false;
  /** Runs on though what it says cannot be written (a full disk, a closed pipe). */
  static service = false;
  static override baseFlags: Interfaces.FlagInput = {
    json: Flags.boolean({ summary: 'One JSON document: {status, result, warnings}', helpGroup: 'GLOBAL' }),
    'no-color': Flags.boolean({ summary: 'No colours', helpGroup: 'GLOBAL' }),
    debug: Flags.boolean({ summary: 'Stack traces with errors', helpGroup: 'GLOBAL' }),
    home: Flags.string({ summary: 'Folder of the colony (KLOROS_HOME)', helpValue: 'DIR', helpGroup: 'GLOBAL' }),
  };

  /** Exit code of a command that returns. */
  protected status: number = ExitCode.done;
  readonly #warnings: string[] = [];
  /** As texts: all of them together may be longer than a text can be. */
  readonly #lines: string[] = [];
  #lineCount = 0;
  readonly #interruption = new Interruption((error) => this.#tell(error), this.#isService);
  /** A command says at its end what it could not read; of a service nobody waits for that. */
  readonly #unread = new UnreadPlaces((path) => {
    if (this.#isService) this.warn(`${path} has parts that cannot be read and are left out`);
  });
  #home: string | undefined;

  /** Who reads stdout. */
  protected get mode(): OutputMode {
    return outputModeOf(this.argv);
  }

  get #isService(): boolean {
    return 'service' in this.ctor && this.ctor.service === true;
  }

  /** Value of --home, once the flags are parsed. */
  protected get homeFlag(): string | undefined {
    return this.#home;
  }

  /** Aborted when the command shall end; see the class. */
  protected get interrupted(): AbortSignal {
    return this.#interruption.signal;
  }

  /** The configuration, where each value came from, and the files it was looked for in; `overrides` by dotted key. */
  protected async settings(overrides: Readonly<Record<string, unknown>> = {}): Promise<LoadedConfig> {
    const { loadConfig } = await import('../config/load.js');
    const flags = this.#home === undefined ? overrides : { ...overrides, home: this.#home };
    const loaded = await loadConfig({ env: process.env, cwd: process.cwd(), flags });
    for (const warning of loaded.warnings) this.warn(warning);
    shareWithGroup(loaded.config.home);
    return loaded;
  }

  /**
   * One object of a stream; await it, so that a slow reader slows the command down instead of filling its memory,
   * and so that Ctrl-C and a closed pipe are heard. Never rejects.
   */
  protected async line(object: unknown, text?: () => string): Promise<void> {
    this.#lineCount += 1;
    if (this.mode === 'json') this.#lines.push(jsonText(object, 2));
    else if (this.mode === 'jsonl') this.#write(terminalJson(jsonText(object)));
    else if (text !== undefined) this.#write(shown(text()));
    if (process.stdout.writableNeedDrain) await written(process.stdout);
    else if (this.#lineCount % LINES_PER_TURN === 0) await nextTurn();
  }

  /** Talk: to stderr, for people only. */
  protected note(text: string): void {
    if (this.mode === 'text') process.stderr.write(`${terminalOutput(text, chalkStderr.level > 0)}\n`);
  }

  override log(text = ''): void {
    if (this.mode === 'text') this.#write(shown(text));
  }

  override warn(input: Error | string): Error | string {
    const text = input instanceof Error ? input.message : input;
    this.#warnings.push(text);
    if (this.mode !== 'json')
      process.stderr.write(`${chalkStderr.yellow('Warning:')} ${hangingLines(text, HANGING)}\n`);
    return input;
  }

  override jsonEnabled(): boolean {
    return this.mode === 'json';
  }

  protected override async parse<
    F extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    B extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    A extends Interfaces.OutputArgs<Interfaces.ArgInput>,
  >(options?: Interfaces.Input<F, B, A>, argv = this.argv): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse<F, B, A>(options && withoutStdin(options), argv);
    const home: unknown = parsed.flags['home'];
    if (typeof home === 'string') this.#home = home;
    return parsed;
  }

  // Replaces oclif's own: it drops falsy results and warnings, and exits 1 for every error under --json.
  protected override async _run<T>(): Promise<T> {
    this.#interruption.watch();
    this.#unread.watch();
    try {
      this.#setColours();
      await this.init();
      const result = (await this.run()) as T;
      await this.#succeed(result);
      return result;
    } catch (thrown) {
      const ending = this.#fail(thrown);
      // The error ends the process at once, and a pipe is written in the background.
      await written(process.stdout);
      throw ending;
    } finally {
      this.#interruption.dispose();
      this.#unread.dispose();
    }
  }

  async #succeed(result: unknown): Promise<void> {
    this.#warnOfUnread();
    const status = this.#interruption.status || this.status;
    const streamed = result === undefined && this.#lines.length > 0;
    if (this.mode === 'json' && streamed) await this.#writeLines(status);
    else if (this.mode === 'json') this.#write(document({ status, result: result ?? null, warnings: this.#warnings }));
    process.exitCode = status;
  }

  /** The one document of a stream, piece by piece. */
  async #writeLines(status: number): Promise<void> {
    this.#write(`{\n  "status": ${status},\n  "result": [`);
    for (const [index, line] of this.#lines.entries()) {
      this.#write(`    ${terminalJson(line).replaceAll('\n', '\n    ')}${index < this.#lines.length - 1 ? ',' : ''}`);
      if (process.stdout.writableNeedDrain) await written(process.stdout);
    }
    this.#write(`  ],\n  "warnings": ${document(this.#warnings).replaceAll('\n', '\n  ')}\n}`);
  }

  /** Tells the user, and ends the process by an error that oclif does not print. */
  #fail(thrown: unknown): Error {
    this.#warnOfUnread();
    if (thrown instanceof Errors.ExitError) return thrown;
    if (this.#interruption.cause === 'EPIPE') return new Errors.ExitError(ExitCode.done);
    const cause = this.#interruption.cause;
    const error = cause === undefined ? readableParseError(thrown, this.#commandLine()) : new InterruptedError(cause);
    return new Errors.ExitError(this.#tell(error));
  }

  #warnOfUnread(): void {
    if (!this.#isService) for (const sentence of this.#unread.sentences()) this.warn(sentence);
  }

  #tell(error: unknown): number {
    const isCheck = 'check' in this.ctor && this.ctor.check === true;
    const failure = failureOf(error, { debug: hasFlag(this.argv, '--debug'), isCheck });
    tellFailure(failure, { mode: this.mode, warnings: this.#warnings });
    return failure.status;
  }

  #write(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  #setColours(): void {
    const refused = ['NO_COLOR', 'CI'].some((name) => (own(process.env, name) ?? '') !== '');
    const unwanted = refused || hasFlag(this.argv, '--no-color');
    if (unwanted || !process.stdout.isTTY) chalk.level = 0;
    if (unwanted || !process.stderr.isTTY) chalkStderr.level = 0;
  }

  #commandLine() {
    const flags = Object.keys({ ...this.ctor.baseFlags, ...this.ctor.flags });
    const name = `${this.config.bin} ${(this.id ?? '').replaceAll(':', ' ')}`;
    return { name, flags, args: this.ctor.args };
  }
}

/** oclif takes what lies on stdin for a missing argument: in a pipe or a loop a command would act on what nobody named. */
function withoutStdin<I extends { args?: Interfaces.ArgInput; flags?: unknown; baseFlags?: unknown }>(input: I): I {
  const given: Interfaces.ArgInput = input.args ?? {};
  const args = Object.keys(given).map((name): [string, object] => [name, { ...own(given, name), ignoreStdin: true }]);
  // A command's class inherits its flags, which spreading leaves behind.
  const { flags, baseFlags } = input;
  return { ...input, flags, baseFlags, args: Object.fromEntries(args) };
}

/** For people: what came from outside moves no cursor, whoever forgot to see to it. */
function shown(text: string): string {
  return terminalOutput(text, chalk.level > 0);
}

/** Resolves when everything said so far has left the process, or nobody reads it any more. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => void stream.write('', () => resolve()));
}

function document(value: unknown): string {
  return terminalJson(jsonText(value, 2));
}
