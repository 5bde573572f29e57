import { Args, Flags } from '@oclif/core';
import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { usageError } from '../../lib/cli/command-error.js';
import { engineOf } from '../../lib/cli/policy-sources.js';
import { previewText } from '../../lib/cli/policy-tables.js';
import { readInput } from '../../lib/cli/read-input.js';
import { signalNamed } from '../../lib/cli/signal-page.js';
import { parseFacts, withFacts } from '../../lib/operator/facts-input.js';
import type { Decision } from '../../lib/policy/decision.js';
import { preview } from '../../lib/policy/preview.js';

/** Asks what the policy engine would do. */
export default class PolicyTest extends KlorosCommand {
  static override summary = 'What would the policy engine do about this signal? Nothing is done';
  static override description = `Reads policies.yaml as it is now and what the engine remembers, also while no daemon runs; a wrong file is an error.
Without --facts the facts are the example of kloros signal explain.`;
  static override examples = [
    '<%= config.bin %> policy test Q_PROMOTIONS_DETECTED',
    '<%= config.bin %> policy test Q_PROMOTIONS_DETECTED --set unacknowledged_count=0',
    '<%= config.bin %> policy test Q_DREAM_REQUESTED --at 2026-01-31T03:00:00Z --fresh --json',
  ];
  static override args = { signal: Args.string({ description: 'a signal that the engine hears', required: true }) };
  static override flags = {
    facts: Flags.string({ summary: 'All facts, a JSON object in a file or on stdin', helpValue: 'FILE|-' }),
    set: Flags.string({ summary: 'Change a fact; JSON, else text', multiple: true, helpValue: 'KEY=VALUE' }),
    at: Flags.string({ summary: 'As if it were this time', helpValue: 'TIME' }),
    fresh: Flags.boolean({ summary: 'As if the engine remembered nothing' }),
  };

  async run(): Promise<Decision[]> {
    const { args, flags } = await this.parse(PolicyTest);
    const definition = signalNamed(args.signal);
    const base = flags.facts === undefined ? definition.example : parseFacts(await readInput(flags.facts), flags.facts);
    const nowMs = flags.at === undefined ? systemClock.nowMs() : timeOf(flags.at);
    const { config } = await this.settings();
    const { state, file } = await engineOf(config);
    if (file.refusal !== undefined) throw file.refusal.error;
    const decisions = preview({
      signal: definition.name,
      facts: withFacts(base, flags.set ?? []),
      policies: file.current,
      state: flags.fresh ? {} : state,
      nowMs,
    });
    this.log(previewText(decisions));
    return decisions;
  }
}

function timeOf(text: string): number {
  const ms = Date.parse(text);
  if (Number.isFinite(ms)) return ms;
  throw usageError(`${JSON.stringify(text)} is not a time`, 'a time is written as ISO 8601', [
    'write e.g. --at 2026-01-31T03:00:00Z',
  ]);
}
