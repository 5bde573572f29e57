import { defineDaemon } from '../lib/runtime/define-daemon.js';
import { later } from '../lib/runtime/later.js';

/** Keeps what is known of each module, merges what means the same, and asks again where answers do not fit. */
export const semanticDedupConsumer = defineDaemon({
  name: 'semantic_dedup_consumer_daemon',
  purpose: 'Keep the evidence of every module, and ask again where answers contradict each other',
  hears: ['Q_INVESTIGATION_COMPLETE'],
  says: ['Q_CURIOSITY_INVESTIGATE'],
  from: 'beginning',
  connectsTo: ({ evidence: { embeddings } }) => (embeddings === undefined ? [] : [embeddings.url]),
  credentials: ({ evidence: { embeddings } }) =>
    embeddings === undefined ? [] : [{ name: 'embeddings-api-key', file: embeddings.apiKeyFile }],
  ...later(['open', 'close', 'handle'], () => import('./handlers/semantic-dedup-consumer.js')),
});
