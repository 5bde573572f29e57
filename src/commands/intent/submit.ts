import { Args, Flags } from '@oclif/core';
import chalk from 'chalk';
import { timeoutSignal } from '../../lib/base/timers.js';
import { systemClock } from '../../lib/base/clock.js';
import { parseDurationMs } from '../../lib/base/duration.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { usageError } from '../../lib/cli/command-error.js';
import { readInput } from '../../lib/cli/read-input.js';
import { signalLine } from '../../lib/cli/signal-line.js';
import { withBus } from '../../lib/cli/with-bus.js';
import type { Config } from '../../lib/config/schema.js';
import { composeIntent, type IntentParts } from '../../lib/intents/compose.js';
import { submitIntent, type SubmittedIntent } from '../../lib/intents/submit.js';
import { awaitAnswer, noAnswer } from '../../lib/operator/answer.js';
import type { Signal } from '../../lib/signals/envelope.js';

/** What lies in the folder, and the answer that was waited for. */
type Result = SubmittedIntent & { answer: Signal | null };

const ANSWERS = ['Q_INVESTIGATION_COMPLETE', 'Q_INVESTIGATION_TIMEOUT'];

/** Submits an intent. */
export default class IntentSubmit extends KlorosCommand {
  static override summary = 'Ask the colony something: about a module, or a question of your own';
  static override description = `Checks the intent as the router would and writes it into the intents folder, where it is seen at once.
It waits there when nothing runs. Without FILE it is made of the flags; - reads it from stdin.`;
  static override examples = [
    '<%= config.bin %> intent submit --path src/audio',
    '<%= config.bin %> intent submit --path src/audio --wait',
    "<%= config.bin %> intent submit --question 'What fills the disk?' --priority high --evidence 'Source: x.service'",
    '<%= config.bin %> intent submit question.json',
  ];
  static override args = { file: Args.string({ description: 'intent to submit as it is, or - for stdin' }) };
  static override flags = {
    path: Flags.string({ summary: 'Module to investigate, a folder or file in a source root', helpValue: 'PATH' }),
    question: Flags.string({ summary: 'What to find out; of a path, what the module does', helpValue: 'TEXT' }),
    id: Flags.string({ summary: 'Id of the question; the same question has the same one', helpValue: 'ID' }),
    type: Flags.string({ summary: 'Intent type; discover.module with a path, else curiosity_investigate' }),
    priority: Flags.string({ summary: 'critical, high, normal, low, or 0 to 10' }),
    evidence: Flags.string({ summary: 'What is known; e.g. key:value', multiple: true, helpValue: 'TEXT' }),
    wait: Flags.boolean({ summary: 'Wait for the answer' }),
    timeout: Flags.string({ summary: 'Longest wait for the answer', default: '60s', helpValue: 'DURATION' }),
  };

  async run(): Promise<Result> {
    const { args, flags } = await this.parse(IntentSubmit);
    const limitMs = parseDurationMs(flags.timeout);
    const content = await contentOf(args.file, flags);
    const { config } = await this.settings();
    const submit = () => submitIntent(content, { config, nowMs: systemClock.nowMs(), what: nameOf(args.file) });
    if (!flags.wait) return { ...this.#tell(await submit()), answer: null };
    return this.#submitAndWait(config, submit, limitMs);
  }

  async #submitAndWait(config: Config, submit: () => Promise<SubmittedIntent>, limitMs: number): Promise<Result> {
    return withBus(config, async (bus) => {
      const afterSeq = await bus.newest();
      const submitted = this.#tell(await submit());
      const { signal, signal_id: id } = submitted;
      const query = { question: { id, signal, trace: id }, afterSeq, signals: ANSWERS };
      const abort = AbortSignal.any([this.interrupted, timeoutSignal(limitMs)]);
      const answer = await awaitAnswer(bus, query, abort);
      if (answer === undefined) throw noAnswer(query, limitMs);
      this.log(signalLine(answer.signal));
      return { ...submitted, answer: answer.signal };
    });
  }

  #tell(submitted: SubmittedIntent): SubmittedIntent {
    const { type, question_id, priority, file, signal } = submitted;
    this.log(`Submitted ${chalk.bold(type)} ${question_id ?? ''} (${priority}); it becomes a ${signal}`);
    this.log(chalk.dim(file));
    return submitted;
  }
}

async function contentOf(file: string | undefined, flags: IntentParts): Promise<string> {
  const given = (['path', 'question', 'id', 'type', 'priority', 'evidence'] as const).filter(
    (name) => flags[name] !== undefined,
  );
  if (file !== undefined && given.length > 0) throw ambiguous(given);
  if (file !== undefined) return readInput(file);
  if (flags.path === undefined && flags.question === undefined) throw nothingAsked();
  return `${JSON.stringify(await composeIntent(flags, systemClock.nowMs()))}\n`;
}

/** What errors call the intent. */
function nameOf(file: string | undefined): string {
  return file === undefined || file === '-' ? 'The intent' : file;
}

function ambiguous(given: readonly string[]) {
  const names = given.map((name) => `--${name}`).join(', ');
  return usageError(`A file and ${names} do not go together`, 'a file is submitted as it is', [
    'kloros intent submit --help',
  ]);
}

function nothingAsked() {
  return usageError('There is nothing to ask', 'neither FILE nor --path nor --question is given', [
    'kloros intent submit --path src/audio',
    "kloros intent submit --question 'What fills the disk?'",
  ]);
}
