import { defineDaemon } from '../lib/runtime/define-daemon.js';

/** The hub (D4): publishes the journal in order, journals what foreign publishers send, and keeps house. */
export const chemicalBus = defineDaemon({
  name: 'chemical_bus',
  role: 'hub',
  purpose: 'Carries every signal between the daemons and their peers, in the order of the journal',
  hears: [],
  says: [],
});
