import { Flags } from '@oclif/core';
import { KlorosCommand, outputFlag } from '../../lib/cli/base-command.js';
import { daemonNamed } from '../../lib/cli/daemon-name.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { signalRows, signalTables, type SignalRow } from '../../lib/cli/signal-tables.js';
import { catalogue } from '../../lib/signals/catalogue.js';

/** Lists the signals of the catalogue. */
export default class SignalList extends KlorosCommand {
  static override summary = 'Signals of the colony, by kind';
  static override description = 'Every signal that kloros knows: what it means, who says it and who hears it.';
  static override examples = [
    '<%= config.bin %> signal list',
    '<%= config.bin %> signal list --hears capability-integrator',
    '<%= config.bin %> signal list --output jsonl',
  ];
  static override flags = {
    emitter: Flags.string({ summary: 'Only signals that this daemon says', helpValue: 'DAEMON' }),
    hears: Flags.string({ summary: 'Only signals that this daemon hears', helpValue: 'DAEMON' }),
    output: outputFlag(),
  };

  async run(): Promise<SignalRow[]> {
    const { flags } = await this.parse(SignalList);
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
