import { BUILT_IN_ROUTES, routedSignals, routesOf } from '../lib/intents/routes.js';
import { defineDaemon } from '../lib/runtime/define-daemon.js';
import { later } from '../lib/runtime/later.js';

/** Turns intent files into signals; a file is deleted once the journal has its signal, or its dead letter. */
export const intentRouter = defineDaemon({
  name: 'intent_router',
  purpose: 'Route intent files to signals, most urgent first',
  hears: [],
  says: routedSignals(BUILT_IN_ROUTES),
  alsoSays: (config) => routedSignals(routesOf(config)),
  throttled: true,
  ...later(['source'], () => import('./handlers/intent-router.js')),
});
