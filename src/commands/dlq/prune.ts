import { Args, Flags } from '@oclif/core';
import { systemClock } from '../../lib/base/clock.js';
import { parseDurationMs } from '../../lib/base/duration.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { confirmed } from '../../lib/cli/confirm.js';
import { chosen, nothingMatched, selectionFlags, storeOf } from '../../lib/cli/dlq-selection.js';
import { LettersMeant } from '../../lib/cli/dlq-tables.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { softDelete } from '../../lib/dead-letter/clean-up.js';
import { conditionOf } from '../../lib/dead-letter/filter.js';

const DAY_MS = 86_400_000;

/** Rows that left, or would leave. */
interface Result {
  matched: number;
  deleted: string[];
}

/** Removes dead letters from the queue. */
export default class DlqPrune extends KlorosCommand {
  static override summary = 'Move dead letters out of the queue, from where they can be restored';
  static override description = `By age (dlq.pruneAfterDays, 30 days), by id, or by filter; ids need no age. They move to
failed_signals.archive.jsonl and are removed for good after dlq.removeAfterDays more.
The hub does the same once a day. Until then: kloros dlq restore.`;
  static override examples = [
    '<%= config.bin %> dlq prune --dry-run',
    '<%= config.bin %> dlq prune --older-than 7d --signal OBSERVATION --yes',
    '<%= config.bin %> dlq prune 17 18 --reason "known and harmless"',
  ];
  static override strict = false;
  static override args = { id: Args.string({ description: 'dead letters, whatever their age' }) };
  static override flags = {
    ...selectionFlags,
    'older-than': Flags.string({ summary: 'Last failed longer ago than this', helpValue: 'DURATION' }),
    reason: Flags.string({ summary: 'Why, for the archive', helpValue: 'TEXT' }),
    'dry-run': Flags.boolean({ summary: 'Show them, move nothing' }),
    yes: Flags.boolean({ summary: 'Do not ask', char: 'y' }),
  };

  async run(): Promise<Result> {
    const { flags, argv } = await this.parse(DlqPrune);
    const { config } = await this.settings();
    const store = storeOf(config);
    const ids = argv.map(String);
    const olderMs = flags['older-than'] === undefined ? undefined : parseDurationMs(flags['older-than']);
    const ageMs = olderMs ?? (ids.length > 0 ? undefined : config.dlq.pruneAfterDays * DAY_MS);
    const nowMs = systemClock.nowMs();
    const chosenOnes = await chosen(() => store.letters(), { ...flags, ids });
    const isOld = conditionOf(ageMs === undefined ? {} : { beforeMs: nowMs - ageMs });
    const found = new LettersMeant(config.dlq.quarantineAfter);
    for await (const letter of chosenOnes) if (isOld(letter)) found.add(letter);
    const matched = found.ids.length;
    if (matched === 0) throw nothingMatched(chosenOnes.total);
    this.log(found.text(nowMs));
    if (flags['dry-run']) return { matched, deleted: [] };
    const asked = { yes: flags.yes, mode: this.mode, abort: this.interrupted };
    if (!(await confirmed(`Move ${matched} of ${chosenOnes.total} dead letters to the archive?`, asked))) {
      this.note('Nothing was changed');
      this.status = ExitCode.failed;
      return { matched, deleted: [] };
    }
    const deleted = await softDelete(store, found.ids, { reason: flags.reason ?? null, nowMs });
    this.log(`Moved ${deleted.length} to the archive; kloros dlq restore brings them back`);
    return { matched, deleted };
  }
}
