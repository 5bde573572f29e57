import { alarmOf } from '../base/alarms.js';
import { momentOf } from '../base/clock-step.js';
import { systemClock } from '../base/clock.js';
import { errorCode } from '../base/errors.js';
import type { Attendant } from '../bus/observer.js';
import { openObserver } from '../bus/open-observer.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import type { Program } from '../supervise/daemon-command.js';
import { detach } from '../supervise/detach.js';
import { readRecord } from '../systemd/record.js';
import { withThoseByHand } from './by-hand.js';
import type { Keeper } from './keeper.js';
import { noKeeper } from './no-keeper.js';
import { systemdKeeper } from './systemd-keeper.js';
import { upKeeper } from './up-keeper.js';
import { withAlarms } from './with-alarms.js';

/** Where to look for a keeper, and how to make one. */
export interface KeeperRequest {
  config: Config;
  program: Program;
  env: NodeJS.ProcessEnv;
}

/**
 * Who keeps the daemons of this home: a running supervisor, else systemd where services of it are installed for this
 * home, else nobody.
 */
export async function findKeeper({ config, program, env }: KeeperRequest): Promise<Keeper> {
  const paths = pathsOf(config);
  const found = (await upKeeper(paths)) ?? (await services(paths.systemd, env));
  const start = async (names: readonly string[]) => {
    await detach({ program, config, env, flags: names.flatMap((name) => ['--only', name]) });
  };
  const keeper = withAlarms(found ?? noKeeper(start), (daemon) => alarmOf(paths.rest, daemon, momentOf(systemClock)));
  return withThoseByHand(keeper, () => attendantsOf(config));
}

async function services(recordPath: string, env: NodeJS.ProcessEnv): Promise<Keeper | undefined> {
  const record = await readRecord(recordPath);
  return record && systemdKeeper(record.scope, env);
}

/** Where nothing ever ran, nobody is there. */
function attendantsOf(config: Config): Attendant[] {
  try {
    const observer = openObserver(config);
    try {
      return observer.attendants();
    } finally {
      observer.close();
    }
  } catch (error) {
    if (errorCode(error) === 'JOURNAL_NOT_FOUND') return [];
    throw error;
  }
}
