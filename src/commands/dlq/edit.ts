import { Args, Flags } from '@oclif/core';
import chalk from 'chalk';
import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { usageError } from '../../lib/cli/command-error.js';
import { confirmed } from '../../lib/cli/confirm.js';
import { letterNamed, storeOf } from '../../lib/cli/dlq-selection.js';
import { editJson } from '../../lib/cli/editor.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { readInput } from '../../lib/cli/read-input.js';
import { signalLine } from '../../lib/cli/signal-line.js';
import { withBus } from '../../lib/cli/with-bus.js';
import { editableSignal, editedSignal, sendEdited } from '../../lib/dead-letter/edit.js';
import { parseFacts, withFacts } from '../../lib/operator/facts-input.js';
import type { Facts, Signal } from '../../lib/signals/envelope.js';

/** The signal that was said; null where nothing was. */
interface Result {
  id: string;
  emitted: Signal | null;
}

/** Edits a dead letter. */
export default class DlqEdit extends KlorosCommand {
  static override summary = 'Mend the facts of a dead letter and say them as a new signal';
  static override description = `Opens the facts in $VISUAL or $EDITOR, or changes them with --set or --facts. Facts of a known signal are
checked. The new signal names the old one as its cause and is heard by all; the dead letter is resolved.`;
  static override examples = [
    '<%= config.bin %> dlq edit 17',
    '<%= config.bin %> dlq edit 17 --set confidence=0.9 --yes',
    '<%= config.bin %> dlq edit 17 --set path=/srv/src --dry-run',
  ];
  static override args = { id: Args.string({ description: 'as kloros dlq list shows it', required: true }) };
  static override flags = {
    set: Flags.string({
      summary: 'Change a fact; JSON, else text; dots reach inside',
      multiple: true,
      helpValue: 'KEY=VALUE',
    }),
    facts: Flags.string({ summary: 'All facts, a JSON object in a file or on stdin', helpValue: 'FILE|-' }),
    reason: Flags.string({ summary: 'Why, for the archive', helpValue: 'TEXT' }),
    'dry-run': Flags.boolean({ summary: 'Check and show it, say nothing' }),
    yes: Flags.boolean({ summary: 'Do not ask', char: 'y' }),
  };

  async run(): Promise<Result> {
    const { args, flags } = await this.parse(DlqEdit);
    const { config } = await this.settings();
    const store = storeOf(config);
    const letter = await letterNamed(() => store.letters(), args.id);
    const old = editableSignal(letter);
    const nowMs = systemClock.nowMs();
    const asSignal = (facts: Facts) => editedSignal(letter, facts, nowMs);
    const signal = await this.#signalOf(old.facts, flags, asSignal);
    this.log(signalLine(signal));
    if (flags['dry-run']) return { id: letter.id, emitted: null };
    const asked = { yes: flags.yes, mode: this.mode, abort: this.interrupted };
    if (!(await confirmed(`Say this ${signal.signal} and resolve dead letter ${letter.id}?`, asked)))
      return this.#leave(letter.id);
    const reason = flags.reason ?? null;
    await withBus(config, (bus) => sendEdited(letter, signal, { bus, store, clock: systemClock, reason }));
    this.log(`Emitted ${signal.signal} ${chalk.dim(signal.id)}; dead letter ${letter.id} is resolved`);
    return { id: letter.id, emitted: signal };
  }

  async #signalOf(
    facts: Facts,
    { set, facts: file }: { set?: string[] | undefined; facts?: string | undefined },
    asSignal: (facts: Facts) => Signal,
  ): Promise<Signal> {
    const base = file === undefined ? facts : parseFacts(await readInput(file), file);
    if (set !== undefined || file !== undefined) return asSignal(withFacts(base, set ?? []));
    if (this.mode !== 'text' || !process.stdin.isTTY) throw noEditor();
    return editJson(facts, process.env, (text) => asSignal(parseFacts(text, 'the editor')));
  }

  #leave(id: string): Result {
    this.note('Nothing was changed');
    this.status = ExitCode.failed;
    return { id, emitted: null };
  }
}

function noEditor() {
  return usageError('There is no terminal for an editor', 'neither --set nor --facts is given', [
    'kloros dlq edit ID --set key=value',
    'kloros dlq edit ID --facts FILE',
  ]);
}
