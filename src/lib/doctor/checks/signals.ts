import type { DoctorCheck } from '../finding.js';
import { topologyFindings } from '../topology.js';

/** Signals without a hearer, hearers without a speaker, places without a daemon. */
export const signals: DoctorCheck = {
  name: 'signals',
  asks: 'whether each signal is heard by somebody, and each daemon hears what somebody says',
  codes: ['SIGNAL_UNHEARD', 'SIGNAL_NEVER_SAID', 'CONSUMER_LEFT_BEHIND', 'CONSUMER_UNDECLARED'],
  look: (view) => topologyFindings(view, signals.codes, view.journal()),
};
