import { frequencyColumns } from '../../lib/cli/flow-columns.js';
import { flowArgs, FlowCommand, flowFlags } from '../../lib/cli/flow-command.js';
import { frequencyOf, type Frequency } from '../../lib/operator/flow/figures.js';

/** Measures rates. */
export default class BusHz extends FlowCommand {
  static override summary = 'Measure how often each signal is said';
  static override description = `By the signals' own timestamps, over a rolling window of each name; names that are new are picked up.
On a terminal the figures are refreshed until Ctrl-C; elsewhere it measures for a while and prints once, or a line a second
with --output jsonl.`;
  static override examples = [
    '<%= config.bin %> bus hz --for 2s',
    '<%= config.bin %> bus hz "Q_*" HEARTBEAT --window 10s',
    '<%= config.bin %> bus hz Q_DREAM_STEP --count 100 --output jsonl',
  ];
  static override strict = false;
  static override args = flowArgs;
  static override flags = flowFlags;

  async run(): Promise<Frequency[] | undefined> {
    const { flags, argv } = await this.parse(BusHz);
    return this.flow({ figureOf: frequencyOf, columns: frequencyColumns }, flags, argv.map(String));
  }
}
