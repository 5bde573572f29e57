import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../src/lib/base/clock.js';
import { openBus } from '../src/lib/bus/open-bus.js';
import { pathsOf } from '../src/lib/config/paths.js';
import { urgencyOf } from '../src/lib/signals/priority.js';
import { removeHome, silentLog, temporaryConfig } from '../test/helpers/colony.js';
import { startProcess } from './bench-process.js';
import { report } from './report.js';
import { round } from './statistics.js';

/** As many as were recorded in the running system (formats.md §3). */
const INTENTS = Number(process.argv[2] ?? 44_638);
const LIMIT_MS = 15_000;
const LIMIT_BYTES = 300_000_000;
const FIRST_MS = 1_763_163_600_000;
const PAGE = 500;
const POLL_MS = 20;
const TYPES = ['curiosity_investigate', 'curiosity_propose_fix', 'curiosity_explore', 'discover.module'];

/**
 * A huge backlog at the start, and as many again while it runs: the real router, the real hub, the real journal.
 * Every intent becomes one signal; those of the start in order of urgency.
 */
const config = await temporaryConfig();
const { intents } = pathsOf(config);
mkdirSync(intents, { recursive: true });
for (let index = 0; index < INTENTS; index += 1) writeIntent(index);
const drained = async () => {
  while (readdirSync(intents).length > 0) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
};

const hub = await startProcess('children/daemon.ts', ['hub', JSON.stringify(config)]);
const startedMs = performance.now();
const router = await startProcess('children/intent-router.ts', [JSON.stringify(config)]);
const readyMs = performance.now();
await drained();
const endedMs = performance.now();
for (let index = INTENTS; index < 2 * INTENTS; index += 1) writeIntent(index);
const writtenMs = performance.now();
await drained();
const arrivedMs = performance.now();
const usage = await router.ask<{ cpu: NodeJS.CpuUsage; peakRssBytes: number }>('usage');
const { causes, urgencies } = await journalled();

const isOrdered = urgencies
  .slice(0, INTENTS)
  .every((urgency, index) => index === 0 || (urgencies[index - 1] ?? 0) <= urgency);
const drainMs = endedMs - readyMs;
report({
  bench: 'backlog',
  intents: 2 * INTENTS,
  routed: causes.size,
  signals: urgencies.length,
  inOrderOfUrgency: isOrdered,
  drainMs: round(drainMs),
  withStartMs: round(endedMs - startedMs),
  arriving: { writtenInMs: round(writtenMs - endedMs), drainedAfterMs: round(arrivedMs - writtenMs) },
  perSecond: round((INTENTS / drainMs) * 1_000),
  peakRssMb: round(usage.peakRssBytes / 1e6),
  cpuMs: round((usage.cpu.user + usage.cpu.system) / 1_000),
  met:
    causes.size === 2 * INTENTS &&
    urgencies.length === 2 * INTENTS &&
    isOrdered &&
    drainMs <= LIMIT_MS &&
    usage.peakRssBytes <= LIMIT_BYTES,
});

await router.end();
await hub.end();
removeHome(config);

function writeIntent(index: number): void {
  const type = TYPES[index % TYPES.length] ?? '';
  const id = `${type}.${index}`;
  const intent = {
    intent_type: type,
    priority: index % 11,
    reason: `Operational anomaly number ${index} was seen in a service's log`,
    data: {
      question: `What caused anomaly ${index}?`,
      question_id: id,
      evidence: [`Error message: code ${index}`, 'Source: x.service'],
      capability_key: 'self_healing.service_error_analysis',
    },
    emitted_by: 'bench',
  };
  writeFileSync(
    join(intents, `${FIRST_MS + index}_${type}_${index.toString(16).padStart(8, '0')}.json`),
    JSON.stringify(intent),
  );
}

/** What the journal says afterwards: the intents that became signals, and their urgencies in the order they were said. */
async function journalled() {
  const bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'bench' });
  const causes = new Set<string | null>();
  const urgencies: number[] = [];
  for (let afterSeq = 0; ;) {
    const page = await bus.browse({ afterSeq, signals: ['Q_CURIOSITY_INVESTIGATE'], limit: PAGE });
    for (const { seq, signal } of page) {
      afterSeq = seq;
      causes.add(signal.cause_id);
      urgencies.push(urgencyOf(signal.facts['priority']));
    }
    if (page.length === 0) break;
  }
  await bus.close();
  return { causes, urgencies };
}
