import { KlorosError } from '../base/errors.js';
import type { Config } from '../config/schema.js';
import { pathsOf } from '../config/paths.js';
import type { Scope } from './layout.js';
import { readRecord, type InstallRecord } from './record.js';

/** The installation of a home. Throws INSTALLATION_NOT_FOUND. */
export async function installedRecord(
  config: Config,
  scope: Scope,
): Promise<{ record: InstallRecord; recordPath: string }> {
  const recordPath = pathsOf(config).systemd;
  const record = await readRecord(recordPath);
  if (record?.scope === scope) return { record, recordPath };
  throw new KlorosError({
    code: 'INSTALLATION_NOT_FOUND',
    message: `No services of the ${scope} are installed for ${config.home}`,
    why: record === undefined ? `there is no ${recordPath}` : `its services are those of the ${record.scope}`,
    next: [
      record === undefined ? `kloros systemd install --${scope}` : `add --${record.scope}`,
      'or name the home of another installation: --home',
    ],
  });
}
