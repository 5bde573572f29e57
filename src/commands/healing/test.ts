import { Args, Flags } from '@oclif/core';
import { daemons } from '../../daemons/index.js';
import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { healerOf } from '../../lib/cli/healing-sources.js';
import { healingPreviewText } from '../../lib/cli/healing-tables.js';
import { readInput } from '../../lib/cli/read-input.js';
import { signalNamed } from '../../lib/cli/signal-page.js';
import type { Considered } from '../../lib/healing/heal.js';
import { preview } from '../../lib/healing/preview.js';
import { parseFacts, withFacts } from '../../lib/operator/facts-input.js';

/** Asks what the healing rules would do. */
export default class HealingTest extends KlorosCommand {
  static override summary = 'What would the healing rules do about this signal? Nothing is done';
  static override description = `Reads healing.yaml as it is now and what the healer remembers, also while no daemon runs; a wrong file is an error.
Without --facts the facts are the example of kloros signal explain.`;
  static override examples = [
    '<%= config.bin %> healing test Q_INVESTIGATION_TIMEOUT',
    '<%= config.bin %> healing test Q_INVESTIGATION_TIMEOUT --set suggested_action=replay_dead_letter',
    '<%= config.bin %> healing test Q_DREAM_TIMEOUT --fresh --json',
  ];
  static override args = { signal: Args.string({ description: 'a signal that a rule waits for', required: true }) };
  static override flags = {
    facts: Flags.string({ summary: 'All facts, a JSON object in a file or on stdin', helpValue: 'FILE|-' }),
    set: Flags.string({ summary: 'Change a fact; JSON, else text', multiple: true, helpValue: 'KEY=VALUE' }),
    fresh: Flags.boolean({ summary: 'As if the healer remembered nothing' }),
  };

  async run(): Promise<Considered[]> {
    const { args, flags } = await this.parse(HealingTest);
    const definition = signalNamed(args.signal);
    const base = flags.facts === undefined ? definition.example : parseFacts(await readInput(flags.facts), flags.facts);
    const { config } = await this.settings();
    const { state, file, others } = await healerOf(config, daemons);
    if (file.refusal !== undefined) throw file.refusal.error;
    const considered = preview({
      signal: definition.name,
      facts: withFacts(base, flags.set ?? []),
      rules: file.current,
      daemons: others,
      pairs: config.expectations,
      state: flags.fresh ? {} : state,
      nowMs: systemClock.nowMs(),
    });
    this.log(healingPreviewText(considered));
    return considered;
  }
}
