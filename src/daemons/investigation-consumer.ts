import { defineDaemon } from '../lib/runtime/define-daemon.js';
import { later } from '../lib/runtime/later.js';

/** Answers questions about code, services and logs, and writes down what it found. */
export const investigationConsumer = defineDaemon({
  name: 'investigation_consumer_daemon',
  purpose: 'Investigates questions about modules, services and logs, and records the answers',
  hears: ['Q_CURIOSITY_INVESTIGATE', 'Q_INVESTIGATION_TIMEOUT'],
  says: ['Q_INVESTIGATION_COMPLETE'],
  accepts: { Q_CURIOSITY_INVESTIGATE: 'ask' },
  from: 'beginning',
  urgentFirst: true,
  concurrency: (config) => config.investigation.concurrency,
  timeoutMs: (config) => config.investigation.timeoutMs,
  connectsTo: ({ investigation: { model } }) => (model === undefined ? [] : [model.url]),
  credentials: ({ investigation: { model } }) =>
    model === undefined ? [] : [{ name: 'model-api-key', file: model.apiKeyFile }],
  ...later(['open', 'close', 'handle'], () => import('./handlers/investigation-consumer.js')),
});
