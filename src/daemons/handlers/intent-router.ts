import { IntentRouter } from '../../lib/intents/router.js';
import type { SourceBatch, SourceEnv } from '../../lib/runtime/define-daemon.js';

export function source({ config, clock, log, ready }: SourceEnv, abort: AbortSignal): AsyncIterable<SourceBatch> {
  return new IntentRouter({ config, clock, log, abort, ready }).batches();
}
