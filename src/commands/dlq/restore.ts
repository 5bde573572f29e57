import { Args, Flags } from '@oclif/core';
import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { usageError } from '../../lib/cli/command-error.js';
import { chosen, isNarrowed, nothingMatched, selectionFlags, storeOf } from '../../lib/cli/dlq-selection.js';
import { LettersMeant } from '../../lib/cli/dlq-tables.js';
import { restorable } from '../../lib/dead-letter/clean-up.js';
import type { Letter } from '../../lib/dead-letter/letter.js';
import type { DeadLetterStore } from '../../lib/dead-letter/store.js';

/** Rows that came back. */
interface Result {
  restored: string[];
}

/** Brings deleted dead letters back. */
export default class DlqRestore extends KlorosCommand {
  static override summary = 'Bring pruned dead letters back into the queue, as they were';
  static override description =
    'Until dlq.removeAfterDays have passed. kloros dlq list --archived shows what there is.';
  static override examples = [
    '<%= config.bin %> dlq restore 17',
    '<%= config.bin %> dlq restore --signal Q_INVESTIGATION_COMPLETE',
    '<%= config.bin %> dlq restore --all --dry-run',
  ];
  static override strict = false;
  static override args = { id: Args.string({ description: 'dead letters that were pruned' }) };
  static override flags = {
    ...selectionFlags,
    all: Flags.boolean({ summary: 'All that were pruned' }),
    'dry-run': Flags.boolean({ summary: 'Show them, move nothing' }),
  };

  async run(): Promise<Result> {
    const { flags, argv } = await this.parse(DlqRestore);
    const input = { ...flags, ids: argv.map(String) };
    if (!isNarrowed(input) && !flags.all) throw nothingChosen();
    const { config } = await this.settings();
    const store = storeOf(config);
    const chosenOnes = await chosen(() => pruned(store), input);
    const found = new LettersMeant(config.dlq.quarantineAfter);
    for await (const letter of chosenOnes) found.add(letter);
    if (found.ids.length === 0) throw nothingMatched(chosenOnes.total);
    this.log(found.text(systemClock.nowMs()));
    if (flags['dry-run']) return { restored: [] };
    const ids = new Set(found.ids);
    const restored = await store.restore(
      ({ letter, resolution }) => resolution.kind === 'deleted' && ids.has(letter.id),
    );
    this.log(`Restored ${restored.length}`);
    return { restored };
  }
}

async function* pruned(store: DeadLetterStore): AsyncGenerator<Letter> {
  for await (const { letter } of restorable(store)) yield letter;
}

function nothingChosen() {
  return usageError('Nothing is chosen', 'neither ids nor a filter nor --all is given', [
    'kloros dlq list --archived',
    'kloros dlq restore --all',
  ]);
}
