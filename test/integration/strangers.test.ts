import { afterEach, describe, expect, it } from 'vitest';
import { daemons } from '../../src/daemons/index.js';
import { acceptanceOf } from '../../src/lib/runtime/define-daemon.js';
import { catalogue } from '../../src/lib/signals/catalogue.js';
import { isAccepted, LEVELS, peer, type Level } from '../../src/lib/signals/origin.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { DOORS, forged, sendAll } from '../helpers/strangers.js';

const consumers = daemons.filter(({ hears }) => hears.length > 0);
const names = [...new Set(consumers.flatMap(({ hears }) => hears))];

let colony: TestColony;

/** A colony whose consumers have their places, so that what is taken waits for them and nothing is handled. */
async function colonyFor(level: Level): Promise<void> {
  colony = await startColony({ bus: { anonymous: level, local: level } });
  for (const { name, hears, says, accepts } of consumers) {
    const own = Object.fromEntries(
      hears.map((signal) => [signal, acceptanceOf({ says, ...(accepts && { accepts }) }, signal)]),
    );
    await colony.bus.consumer({
      ...{ name, hears, accepts: own, from: 'beginning', maxAttempts: 1, ordered: false, urgentFirst: false },
    });
  }
}

describe.each(LEVELS)('a stranger who may %s', (level) => {
  afterEach(() => colony.end());

  it.each([...DOORS])(
    'causes at %s what his level allows, and what he may not is refused on record',
    async (_, door) => {
      await colonyFor(level);
      await sendAll(
        colony,
        door,
        names.map((name) => forged(name, catalogue.get(name)?.example ?? {})),
      );
      const from = peer(door.identity, level);
      const refusals = await colony.bus.refusals();
      for (const { signal, from: entrance } of await colony.bus.browse({ signals: names })) {
        expect(entrance).toEqual(from);
        for (const daemon of consumers.filter(({ hears }) => hears.includes(signal.signal))) {
          const isTaken = isAccepted(acceptanceOf(daemon, signal.signal), from);
          const about = `${signal.signal} at ${daemon.name}`;
          expect(await colony.bus.standing(daemon.name, signal.id), about).toBe(isTaken ? 'waiting' : 'refused');
          const counted = refusals.find((row) => row.consumer === daemon.name && row.signal === signal.signal);
          expect(counted?.count, about).toBe(isTaken ? undefined : 1);
        }
      }
    },
  );
});

describe('steps of the colony, and an operator’s consent', () => {
  it('are taken from no stranger at any level', () => {
    const closed = ['Q_DREAM_STEP', 'Q_TOURNAMENT_TRIGGER', 'Q_TOURNAMENT_MATCH', 'Q_TOURNAMENT_COMPLETE'];
    for (const name of [...closed, 'Q_POLICY_DUE', 'Q_REPAIR_STARTED', 'Q_DEPLOYMENT_APPROVED'])
      for (const daemon of consumers.filter(({ hears }) => hears.includes(name)))
        expect(
          LEVELS.filter((level) => isAccepted(acceptanceOf(daemon, name), peer('anonymous', level))),
          `${name} at ${daemon.name}`,
        ).toEqual([]);
  });
});
