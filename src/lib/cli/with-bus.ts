import { systemClock } from '../base/clock.js';
import type { Bus } from '../bus/bus.js';
import { noJournal } from '../bus/open-observer.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { hasJournal } from '../operator/roll-call.js';
import { operatorLog } from './operator-log.js';

/** Joins the bus of a home for the time of one command; only warnings of the engine are shown. */
export async function withBus<T>(config: Config, use: (bus: Bus) => Promise<T>): Promise<T> {
  const { openBus } = await import('../bus/open-bus.js');
  const bus = await openBus({ config, clock: systemClock, log: operatorLog(), name: 'operator' });
  try {
    return await use(bus);
  } finally {
    await bus.close();
  }
}

/** The daemon without which nothing is published and nobody who rests is woken. */
const HUB = 'chemical_bus';
const NO_HUB = 'No hub runs in this home, so only what commands say is heard; kloros up starts the colony';

/**
 * The same to look only: a home that is not there, perhaps a mistyped one, is not made. `note` is told at once where
 * nothing runs. Throws KlorosError JOURNAL_NOT_FOUND.
 */
export async function lookAtBus<T>(
  config: Config,
  use: (bus: Bus) => Promise<T>,
  note?: (text: string) => void,
): Promise<T> {
  if (!hasJournal(pathsOf(config).journal)) throw noJournal(config);
  return withBus(config, async (bus) => {
    if (note !== undefined && !(await bus.attendants()).some(({ name }) => name === HUB)) note(NO_HUB);
    return use(bus);
  });
}

/** What a daemon of a home remembers; nothing where nothing has run yet, and then nothing is made either. */
export async function stateIn(config: Config, daemon: string): Promise<Readonly<Record<string, unknown>>> {
  return hasJournal(pathsOf(config).journal) ? withBus(config, (bus) => bus.state(daemon)) : {};
}
