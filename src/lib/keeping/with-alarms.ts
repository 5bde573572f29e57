import { isoTimestamp } from '../base/clock.js';
import type { Keeper, KeptDaemon } from './keeper.js';

/** Epoch milliseconds at which a daemon that rests has work of its own. */
export type Alarms = (daemon: string) => number | undefined;

/** Says also of those who rest when they will be started, if no signal does it before. */
export function withAlarms(keeper: Keeper, alarmOf: Alarms): Keeper {
  return { ...keeper, look: async (names) => (await keeper.look(names)).map((daemon) => told(daemon, alarmOf)) };
}

function told(daemon: KeptDaemon, alarmOf: Alarms): KeptDaemon {
  const atMs = daemon.state === 'idle' ? alarmOf(daemon.name) : undefined;
  return atMs === undefined ? daemon : { ...daemon, why: `it has work of its own at ${isoTimestamp(atMs)}` };
}
