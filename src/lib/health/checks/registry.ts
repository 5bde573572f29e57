import { KlorosError } from '../../base/errors.js';
import { readRegistry } from '../../capabilities/registry.js';
import { result, type HealthCheck } from '../check.js';

/** A registry that cannot be understood is left as it is, so nothing is integrated or discovered any more. */
export const registry: HealthCheck = {
  name: 'registry',
  asks: 'whether capabilities.yaml can be read and understood',
  run: async ({ config }) => {
    try {
      const { exists, entries } = await readRegistry(config.capabilitiesPath);
      const why = exists ? `readable, ${entries.length} capabilities` : 'there is none yet';
      return result('OK', { why, figures: [{ name: 'capabilities', value: entries.length, unit: '' }], next: [] });
    } catch (error) {
      if (!(error instanceof KlorosError) || error.code !== 'REGISTRY_UNREADABLE') throw error;
      const { message, why, next } = error;
      return result('CRITICAL', { why: why === undefined ? message : `${message}: ${why}`, figures: [], next });
    }
  },
};
