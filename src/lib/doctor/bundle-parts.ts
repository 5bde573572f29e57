import { toError } from '../base/errors.js';
import { pathsOf } from '../config/paths.js';
import type { Origins } from '../config/provenance.js';
import { groupsOf } from '../dead-letter/groups.js';
import { DeadLetterStore } from '../dead-letter/store.js';
import type { HealthView } from '../health/check.js';
import { healthChecks } from '../health/checks/index.js';
import { runChecks } from '../health/run-checks.js';
import { readChronicle } from '../supervise/chronicle.js';
import type { BundlePart } from './bundle.js';
import type { Diagnosis } from './examine.js';

/** What a report is made of. */
export interface BundleSources {
  diagnosis: Diagnosis;
  health: HealthView;
  origins: Origins;
  versions: Readonly<Record<string, unknown>>;
}

const DAY_MS = 86_400_000;
/** It would say something on the bus, or load the machine. */
const LOUD = ['bus', 'throughput'];

/** What whoever reads a report needs: no facts of signals, no code, no answers. */
export async function bundleParts({ diagnosis, health, origins, versions }: BundleSources): Promise<BundlePart[]> {
  const checks = healthChecks.filter(({ name }) => !LOUD.includes(name));
  const part = async (name: string, what: string, read: () => unknown): Promise<BundlePart> => {
    try {
      return { name, what, content: (await read()) ?? null };
    } catch (error) {
      return { name, what, content: { unreadable: toError(error).message } };
    }
  };
  return [
    await part('versions.json', 'versions of kloros, Node, SQLite, ZeroMQ and the system', () => versions),
    await part('doctor.json', 'what this command found', () => diagnosis),
    await part('health.json', 'what kloros health says', () => runChecks(checks, health)),
    await part('configuration.json', 'every setting and where it was set', () => origins),
    await part('supervisor.json', 'restarts, uptime and use of each daemon', () =>
      readChronicle(pathsOf(health.config).chronicle),
    ),
    await part('journal.json', 'how many signals of each name in a day, and who is behind', () => journalOf(health)),
    await part('dead-letters.json', 'causes of dead letters and how often each, without their facts', () =>
      causesOf(health),
    ),
  ];
}

function journalOf({ observer, clock }: HealthView) {
  const nowMs = clock.nowMs();
  const counts = observer().counts({ sinceMs: nowMs - DAY_MS, untilMs: nowMs }, DAY_MS);
  return { span: observer().span(), counts, consumers: observer().consumers() };
}

async function causesOf({ config, clock }: HealthView) {
  const letters = new DeadLetterStore(pathsOf(config), clock).letters();
  const groups = await groupsOf(letters, { nowMs: clock.nowMs(), quarantineAfter: config.dlq.quarantineAfter });
  // Without its sample and what it is about: those come from facts.
  return groups.map(({ group, count, daemon, signal, pattern, first_seen, last_seen, process_died }) => {
    return { group, count, daemon, signal, pattern, first_seen, last_seen, process_died };
  });
}
