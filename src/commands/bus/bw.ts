import { bandwidthColumns } from '../../lib/cli/flow-columns.js';
import { flowArgs, FlowCommand, flowFlags } from '../../lib/cli/flow-command.js';
import { bandwidthOf, type Bandwidth } from '../../lib/operator/flow/figures.js';

/** Measures bandwidth. */
export default class BusBw extends FlowCommand {
  static override summary = 'Measure how many bytes the signals take';
  static override description = `Of the message's second frame, over a rolling window of each name. See also bus hz.`;
  static override examples = [
    '<%= config.bin %> bus bw --for 2s',
    '<%= config.bin %> bus bw "Q_*" HEARTBEAT --window 10s',
    '<%= config.bin %> bus bw Q_DREAM_STEP --count 100 --output jsonl',
  ];
  static override strict = false;
  static override args = flowArgs;
  static override flags = flowFlags;

  async run(): Promise<Bandwidth[] | undefined> {
    const { flags, argv } = await this.parse(BusBw);
    return this.flow({ figureOf: bandwidthOf, columns: bandwidthColumns }, flags, argv.map(String));
  }
}
