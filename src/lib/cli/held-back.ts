import { systemClock } from '../base/clock.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { callRoll } from '../operator/roll-call.js';
import { maintenanceText, pauseText } from './standstill-text.js';
import { withBus } from './with-bus.js';

/** What keeps daemons that were just started from working, one line each, with what ends it. */
export async function heldBackText(config: Config, members: readonly { name: string }[]): Promise<string[]> {
  const nowMs = systemClock.nowMs();
  const { maintenance: maintenancePath } = pathsOf(config);
  const roll = await withBus(config, (bus) => callRoll(bus, { daemons: members, maintenancePath, nowMs }));
  const maintenance = roll.find(({ presence }) => presence.maintenance !== null)?.presence.maintenance ?? null;
  const paused = roll.flatMap(({ daemon, presence: { pause } }) =>
    pause === null ? [] : [`${daemon.name} is ${pauseText(pause, nowMs)}; kloros daemon resume lets it go on`],
  );
  return [
    ...(maintenance === null ? [] : [`${maintenanceText(maintenance, nowMs)}; kloros maintenance off ends it`]),
    ...paused,
  ];
}
