import { systemClock } from '../base/clock.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { callRoll } from '../operator/roll-call.js';
import { maintenanceText, pauseText } from '../health/hold-text.js';
import { withBus } from './with-bus.js';

/** Who was started, and who is the hub, be it started or not. */
interface Started {
  members: readonly { name: string }[];
  hub: string;
}

/** What keeps daemons that were just started from working, one line each, with what ends it. */
export async function heldBackText(config: Config, { members, hub }: Started): Promise<string[]> {
  const nowMs = systemClock.nowMs();
  const { maintenance: maintenancePath } = pathsOf(config);
  const { roll, attendants } = await withBus(config, async (bus) => ({
    roll: await callRoll(bus, { daemons: members, maintenancePath, nowMs }),
    attendants: await bus.attendants(),
  }));
  const hubless = attendants.some(({ name }) => name === hub) ? [] : [HUBLESS];
  const maintenance = roll.find(({ presence }) => presence.maintenance !== null)?.presence.maintenance ?? null;
  const pauses = roll.flatMap(({ daemon: { name }, presence: { pause } }) => (pause === null ? [] : [{ name, pause }]));
  const whole = pauses.find(({ pause }) => pause.lift !== undefined)?.pause;
  const single = pauses.map(({ name, pause }) => `${name} is ${pauseText(pause, nowMs)}; ${RESUME}`);
  const paused = whole === undefined ? single : [`All are ${pauseText(whole, nowMs)}; ${whole.lift ?? ''} ends it`];
  return [
    ...hubless,
    ...(maintenance === null ? [] : [`${maintenanceText(maintenance, nowMs)}; kloros maintenance off ends it`]),
    ...paused,
  ];
}

const RESUME = 'kloros daemon resume lets it go on';
const HUBLESS =
  'No hub runs in this home: signals are handled from the journal, but nobody can listen to them, and who rests is not woken; kloros daemon start chemical-bus starts it';
