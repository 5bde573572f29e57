import { Args, Flags } from '@oclif/core';
import { daemons } from '../../daemons/index.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { signalNamed, signalPage, signalText, type SignalPage, type Taker } from '../../lib/cli/signal-page.js';
import { acceptanceOf } from '../../lib/runtime/define-daemon.js';
import { jsonSchemaOf } from '../../lib/signals/facts.js';

/** Explains one signal of the catalogue. */
export default class SignalExplain extends KlorosCommand {
  static override summary = 'What a signal means, who says and hears it, and its facts';
  static override description = 'The name may be written in any case, with or without Q_.';
  static override examples = [
    '<%= config.bin %> signal explain Q_INVESTIGATION_COMPLETE',
    '<%= config.bin %> signal explain dream_trigger --schema',
  ];
  static override args = { name: Args.string({ description: 'name of the signal', required: true }) };
  static override flags = { schema: Flags.boolean({ summary: 'Print the JSON Schema of its facts' }) };

  async run(): Promise<SignalPage | Record<string, unknown> | undefined> {
    const { args, flags } = await this.parse(SignalExplain);
    const definition = signalNamed(args.name);
    if (flags.schema) {
      const schema = jsonSchemaOf(definition.name);
      this.log(JSON.stringify(schema, null, 2));
      return schema;
    }
    const page = signalPage(definition, takersOf(definition.name));
    this.log(signalText(page, process.stdout.columns));
    return page;
  }
}

function takersOf(signal: string): Taker[] {
  const subscribed = daemons.filter(({ hears }) => hears.includes(signal));
  return subscribed.map((daemon) => ({ daemon: daemon.name, from: acceptanceOf(daemon, signal) }));
}
