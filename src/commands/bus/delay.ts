import { delayColumns } from '../../lib/cli/flow-columns.js';
import { flowArgs, FlowCommand, flowFlags } from '../../lib/cli/flow-command.js';
import { delayOf, type Delay } from '../../lib/operator/flow/figures.js';

/** Measures delays. */
export default class BusDelay extends FlowCommand {
  static override summary = 'Measure how long signals take from the journal until here, and until they are answered';
  static override description = `From when the journal took a signal until it is read here, and until what a daemon said to it; a handler that says nothing
leaves no trace of when. SENT is from the signal's own timestamp to the journal (median): the way to the bus and how far its
publisher's clock is from this one; more than 2 s either way is marked as a clock that is off. See also bus hz.`;
  static override examples = [
    '<%= config.bin %> bus delay --for 2s',
    '<%= config.bin %> bus delay "Q_*" HEARTBEAT --window 10s',
    '<%= config.bin %> bus delay Q_DREAM_STEP --count 100 --output jsonl',
  ];
  static override strict = false;
  static override args = flowArgs;
  static override flags = flowFlags;

  async run(): Promise<Delay[] | undefined> {
    const { flags, argv } = await this.parse(BusDelay);
    return this.flow({ figureOf: delayOf, columns: delayColumns }, flags, argv.map(String));
  }
}
