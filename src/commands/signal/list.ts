import { Flags } from '@oclif/core';
import { KlorosCommand, outputFlag } from '../../lib/cli/base-command.js';
import { daemonNamed } from '../../lib/cli/daemon-name.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { signalRows, signalTables, type SignalRow } from '../../lib/cli/signal-tables.js';
import type { AsyncApiDocument } from '../../lib/operator/asyncapi/document.js';
import { catalogue } from '../../lib/signals/catalogue.js';

/** Lists the signals of the catalogue. */
export default class SignalList extends KlorosCommand {
  static override summary = 'Signals of the colony, by kind';
  static override description = 'Every signal that kloros knows: what it means, who says it and who hears it.';
  static override examples = [
    '<%= config.bin %> signal list',
    '<%= config.bin %> signal list --hears capability-integrator',
    '<%= config.bin %> signal list --output jsonl',
    '<%= config.bin %> signal list --asyncapi',
  ];
  static override flags = {
    emitter: Flags.string({ summary: 'Only signals that this daemon says', helpValue: 'DAEMON' }),
    hears: Flags.string({ summary: 'Only signals that this daemon hears', helpValue: 'DAEMON' }),
    asyncapi: Flags.boolean({
      summary: 'All of them as an AsyncAPI 3.0 document',
      exclusive: ['emitter', 'hears', 'output'],
    }),
    output: outputFlag(),
  };

  async run(): Promise<SignalRow[] | AsyncApiDocument> {
    const { flags } = await this.parse(SignalList);
    return flags.asyncapi ? this.#asyncApi() : this.#list(flags);
  }

  async #asyncApi(): Promise<AsyncApiDocument> {
    const { config } = await this.settings();
    const { asyncApiOf } = await import('../../lib/operator/asyncapi/document.js');
    const { daemons } = await import('../../daemons/index.js');
    const document = asyncApiOf({ config, daemons }, this.config.version);
    this.log(JSON.stringify(document, null, 2));
    return document;
  }

  async #list(flags: { emitter?: string | undefined; hears?: string | undefined }): Promise<SignalRow[]> {
    const daemons = [...catalogue.values()].flatMap(({ emitters, consumers }) => [...emitters, ...consumers]);
    const named = (name: string | undefined) =>
      name === undefined ? undefined : daemonNamed(name, [...new Set(daemons)]);
    const rows = signalRows({ emitter: named(flags.emitter), consumer: named(flags.hears) });
    if (rows.length === 0) this.status = ExitCode.notFound;
    for (const row of rows) await this.line(row);
    this.log(rows.length === 0 ? 'No signal matches.' : signalTables(rows, process.stdout.columns));
    return rows;
  }
}
