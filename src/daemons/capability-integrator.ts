import { dirname } from 'node:path';
import { defineDaemon } from '../lib/runtime/define-daemon.js';
import { later } from '../lib/runtime/later.js';

/** Registers the modules that investigations discovered; every outcome speaks, and everything done can be undone. */
export const capabilityIntegrator = defineDaemon({
  name: 'capability_integrator_daemon',
  purpose: 'Register discovered modules as capabilities, with backup and undo record',
  portOffset: 3,
  hears: ['Q_INVESTIGATION_COMPLETE'],
  says: ['Q_MODULE_INTEGRATED', 'Q_INTEGRATION_FAILED'],
  from: 'beginning',
  alsoWrites: ({ sourceRoots, capabilitiesPath }) => [...sourceRoots, dirname(capabilitiesPath)],
  ...later(['open', 'close', 'handle'], () => import('./handlers/capability-integrator.js')),
});
