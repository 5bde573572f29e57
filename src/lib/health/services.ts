import { errorCode } from '../base/errors.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { readRecord } from '../systemd/record.js';
import { systemctlOf } from '../systemd/systemctl.js';
import { unitStates, type UnitState } from '../systemd/unit-states.js';

/** The services of a home as systemd keeps them; undefined where none are installed, or there is no systemd to ask. */
export async function servicesOf(config: Config, daemons: readonly string[]): Promise<UnitState[] | undefined> {
  const record = await readRecord(pathsOf(config).systemd);
  if (record === undefined) return undefined;
  try {
    // A user's own systemd is found by the user's number.
    return await unitStates(systemctlOf(record.scope, {}), record.scope, daemons);
  } catch (error) {
    if (errorCode(error) === 'SYSTEMD_NOT_FOUND') return undefined;
    throw error;
  }
}
