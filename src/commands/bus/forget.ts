import { Args, Flags } from '@oclif/core';
import { daemons } from '../../daemons/index.js';
import { shortName } from '../../lib/base/short-name.js';
import { systemClock } from '../../lib/base/clock.js';
import { openObserver } from '../../lib/bus/open-observer.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { notFoundError } from '../../lib/cli/command-error.js';
import { confirmed } from '../../lib/cli/confirm.js';
import { lossText } from '../../lib/cli/consumer-tables.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { withBus } from '../../lib/cli/with-bus.js';
import type { Config } from '../../lib/config/schema.js';
import { listConsumers, type ListedConsumer } from '../../lib/operator/consumers.js';

/** What was forgotten, or would be. */
interface Result {
  consumer: ListedConsumer;
  forgotten: boolean;
  /** Signals that became dead letters. */
  deadLetters: number;
}

/** Gives up the place of a consumer that is gone for good. */
export default class BusForget extends KlorosCommand {
  static override summary = 'Give up the place of a consumer that nobody will run again';
  static override description = `Nothing is kept for it any more, so old signals can be removed. What it had begun and not ended becomes dead
letters; what it never saw stays in the journal as long as anything does. One that runs is not forgotten. Where it
is started once more it is a consumer again, and goes on with what is still there, or with what is new.`;
  static override examples = [
    '<%= config.bin %> bus forget old_policy_daemon --dry-run',
    '<%= config.bin %> bus forget old_policy_daemon --yes',
  ];
  static override args = { consumer: Args.string({ description: 'its name in bus consumers', required: true }) };
  static override flags = {
    'dry-run': Flags.boolean({ summary: 'Show what would be lost for it, change nothing' }),
    yes: Flags.boolean({ summary: 'Do not ask', char: 'y' }),
  };

  async run(): Promise<Result> {
    const { args, flags } = await this.parse(BusForget);
    const { config } = await this.settings();
    const nowMs = systemClock.nowMs();
    const consumer = find(args.consumer, config, nowMs);
    this.log(lossText(consumer, nowMs));
    if (flags['dry-run']) return { consumer, forgotten: false, deadLetters: 0 };
    const asked = { yes: flags.yes, mode: this.mode, abort: this.interrupted };
    if (!(await confirmed(`Forget ${consumer.name}?`, asked))) {
      this.note('Nothing was changed');
      this.status = ExitCode.failed;
      return { consumer, forgotten: false, deadLetters: 0 };
    }
    const { deadLetters } = await withBus(config, (bus) => bus.forget(consumer.name));
    this.log(`Forgot ${consumer.name}; ${deadLetters} signals became dead letters`);
    return { consumer, forgotten: true, deadLetters };
  }
}

function find(name: string, config: Config, nowMs: number): ListedConsumer {
  const observer = openObserver(config);
  try {
    const declared = daemons.map((daemon) => daemon.name);
    const listed = listConsumers({ observer, declared, retentionDays: config.retention.days, nowMs });
    const known = listed.filter(({ enabled }) => enabled);
    const found =
      known.find((one) => one.name === name) ?? known.find((one) => shortName(one.name) === shortName(name));
    if (found) return found;
    const candidates = known.map((one) => one.name);
    throw notFoundError({
      kind: 'consumer',
      name,
      candidates,
      command: 'kloros bus forget',
      list: 'kloros bus consumers',
    });
  } finally {
    observer.close();
  }
}
