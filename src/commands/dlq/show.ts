import { Args } from '@oclif/core';
import { systemClock } from '../../lib/base/clock.js';
import type { Standing } from '../../lib/bus/bus.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { letterPage } from '../../lib/cli/dlq-page.js';
import { letterNamed, storeOf } from '../../lib/cli/dlq-selection.js';
import { lookAtBus } from '../../lib/cli/with-bus.js';
import type { Config } from '../../lib/config/schema.js';
import type { ArchivedLetter, Resolution } from '../../lib/dead-letter/archive.js';
import type { EarlierFailure } from '../../lib/dead-letter/entry.js';
import type { Letter } from '../../lib/dead-letter/letter.js';
import type { DeadLetterStore } from '../../lib/dead-letter/store.js';
import { viewOf, type LetterView } from '../../lib/dead-letter/view.js';

/** Everything that is known of a dead letter. */
interface Result extends LetterView {
  traceback: string;
  history: EarlierFailure[];
  /** The envelope; null where no whole signal is in the row. */
  envelope: Letter['signal'];
  intent_file: string | null;
  /** Who wrote that file, where it was another user. */
  intent_uid: number | null;
  content: string | null;
  /** How it left the queue; null while it is open. */
  resolution: Resolution | null;
  /** Where its signal stands now with the daemon that failed; null where there is none. */
  standing: Standing | null;
}

/** Shows a dead letter. */
export default class DlqShow extends KlorosCommand {
  static override summary = 'Everything about one dead letter: signal, error, history, and what to do';
  static override description = 'Also one that left the queue: how, why, and what became of its signal since.';
  static override examples = ['<%= config.bin %> dlq show 17', '<%= config.bin %> dlq show x3fa9c210 --json'];
  static override args = { id: Args.string({ description: 'as kloros dlq list shows it', required: true }) };

  async run(): Promise<Result> {
    const { args } = await this.parse(DlqShow);
    const { config } = await this.settings();
    const store = storeOf(config);
    const { letter: named, resolution } = await find(store, args.id);
    const letter = await store.whole(named);
    const { traceback, history, signal, content } = letter;
    const result = {
      ...viewOf(letter, config.dlq.quarantineAfter),
      ...{ traceback, history, envelope: signal, content, resolution },
      intent_file: letter.intentFile,
      intent_uid: letter.intentUid,
      standing: await standingOf(letter, resolution, config),
    };
    this.log(letterPage(letter, { ...result, nowMs: systemClock.nowMs() }));
    return result;
  }
}

async function find(store: DeadLetterStore, id: string): Promise<{ letter: Letter; resolution: Resolution | null }> {
  for await (const letter of store.letters()) if (letter.id === id) return { letter, resolution: null };
  let left: ArchivedLetter | undefined;
  for await (const archived of store.archivedLetters()) if (archived.letter.id === id) left = archived;
  return left ?? { letter: await letterNamed(() => everLetters(store), id), resolution: null };
}

async function* everLetters(store: DeadLetterStore): AsyncGenerator<Letter> {
  yield* store.letters();
  for await (const { letter } of store.archivedLetters()) yield letter;
}

/** Of the signal that was said in its place, where one was. */
async function standingOf(letter: Letter, resolution: Resolution | null, config: Config): Promise<Standing | null> {
  const id = resolution?.newId ?? letter.signalId;
  return id === null ? null : lookAtBus(config, (bus) => bus.standing(letter.daemon, id));
}
