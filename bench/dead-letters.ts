import { systemClock } from '../src/lib/base/clock.js';
import { PermanentError } from '../src/lib/base/errors.js';
import { pathsOf } from '../src/lib/config/paths.js';
import { groupsOf } from '../src/lib/dead-letter/groups.js';
import { Replay } from '../src/lib/dead-letter/replay.js';
import { RunRecord } from '../src/lib/dead-letter/run-record.js';
import { DeadLetterStore } from '../src/lib/dead-letter/store.js';
import { defineDaemon } from '../src/lib/runtime/define-daemon.js';
import { until } from '../test/helpers/colony.js';
import { startColony } from '../test/helpers/run.js';
import { signalOf } from '../test/helpers/signals.js';
import { report } from './report.js';
import { round, summarise } from './statistics.js';

const LETTERS = 10_000;
const BATCH = 500;
const ROUNDS = 7;
const GROUPS_LIMIT_MS = 300;
const RATE = 1_000;
const REPLAYED = 5_000;
const RATE_TOLERANCE = 0.05;
const WATCH_MS = 60_000;
const PATIENCE_MS = 300_000;

/** The dead letter queue with 10,000 rows: how long its causes take to find, and whether a replay holds its rate. */
const colony = await startColony({ delivery: { pollMs: 20 } });
let isBroken = true;
await colony.start(
  defineDaemon({
    name: 'worker',
    purpose: 'fails until it is mended',
    hears: ['BENCH'],
    says: [],
    from: 'beginning',
    concurrency: 8,
    handle: ({ facts }) => {
      if (isBroken)
        throw new PermanentError({ code: `CAUSE_${Number(facts['n']) % 3}`, message: `at ${String(facts['n'])}` });
    },
  }),
);
for (let from = 0; from < LETTERS; from += BATCH)
  await colony.bus.emit(Array.from({ length: BATCH }, (_, index) => signalOf('BENCH', { n: from + index })));
const paths = pathsOf(colony.config);
const store = new DeadLetterStore(paths, systemClock);
await until('all have failed', async () => (await store.read()).length === LETTERS, PATIENCE_MS);

const groupingMs: number[] = [];
for (let index = 0; index < ROUNDS; index += 1) {
  const startMs = performance.now();
  const groups = await groupsOf(store.letters(), { nowMs: Date.now(), quarantineAfter: 3 });
  groupingMs.push(performance.now() - startMs);
  if (groups.length !== 3) throw new Error(`${groups.length} causes were found in place of 3`);
}

isBroken = false;
const ids = (await store.read()).slice(0, REPLAYED).map(({ id }) => id);
const header = { reason: null, broadcast: false, rate: RATE, ramp: null, watchMs: WATCH_MS, ids };
const record = new RunRecord(paths.replays, { ...header, run: 'bench', startedAtMs: Date.now() });
await record.begin();
const { rows, sendingMs } = await new Replay(record, {
  ...{ bus: colony.bus, store, folders: paths, clock: systemClock },
  abort: new AbortController().signal,
  progress: () => undefined,
}).run();
const held = rows.length / (sendingMs / 1_000) / RATE;
const groups = summarise(groupingMs);
report({
  bench: 'dead-letters',
  letters: LETTERS,
  groupsMs: groups,
  replay: {
    rows: rows.length,
    handled: rows.filter(({ became }) => became === 'handled').length,
    wanted: RATE,
    heldShare: round(held),
  },
  met: groups.p50 < GROUPS_LIMIT_MS && Math.abs(held - 1) <= RATE_TOLERANCE,
});
await colony.end();
