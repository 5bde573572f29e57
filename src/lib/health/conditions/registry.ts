import { KlorosError } from '../../base/errors.js';
import type { Finding } from './condition.js';

/** The registry lies there and cannot be understood, so nothing can be integrated or discovered. */
export function registryCondition(error: unknown): Finding {
  return {
    type: 'registry_unreadable',
    severity: 'critical',
    metricValue: error instanceof KlorosError ? error.message : String(error),
    threshold: 'readable',
    recommendedAction: 'mend_capabilities_yaml',
  };
}
