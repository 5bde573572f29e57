import { pathsOf } from '../config/paths.js';
import type { Recorded } from '../bus/bus.js';
import type { Count } from '../bus/observer.js';
import { PROBE_SIGNAL } from '../bus/round-trip.js';
import { groupsOf, type LetterGroup } from '../dead-letter/groups.js';
import { DeadLetterStore } from '../dead-letter/store.js';
import { readAllFigures, type Figures } from '../figures/figures.js';
import { healthChecks } from '../health/checks/index.js';
import type { HealthView } from '../health/check.js';
import { runChecks, type HealthReport } from '../health/run-checks.js';
import { dotOf } from '../operator/topology/graph.js';
import { lookAtTopology } from '../operator/topology/look.js';
import { svgOf } from '../operator/topology/svg.js';
import type { Declared } from '../operator/topology/topology.js';

/** Everything that a report shows. */
export interface ReportData {
  home: string;
  nowMs: number;
  health: HealthReport;
  /** Signals of each name in each hour of the last day, without the probes of health. */
  hours: Count[];
  figures: Figures[];
  groups: LetterGroup[];
  /** What the colony did by itself lately, newest first. */
  acts: Recorded['signal'][];
  /** Who says what to whom, drawn. */
  topology: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MOST_ACTS = 20;
/** It would measure the disk for seconds, which nobody asked a report for. */
const LOUD = ['throughput'];

/** Signals that say that something was decided or changed without anybody being asked. */
const ACTS = [
  ...['Q_MODULE_INTEGRATED', 'Q_INTEGRATION_FAILED', 'Q_DREAM_TRIGGER', 'Q_DREAM_COMPLETE'],
  ...['Q_WINNER_DEPLOYED', 'Q_DEPLOYMENT_FAILED'],
];

/** Looks at everything once. Throws KlorosError JOURNAL_NOT_FOUND where nothing has ever run. */
export async function gatherReport(
  view: HealthView,
  daemons: readonly Declared[],
  abort: AbortSignal,
): Promise<ReportData> {
  const { config, clock } = view;
  const [nowMs, journal] = [clock.nowMs(), view.observer()];
  const range = { sinceMs: nowMs - DAY_MS, untilMs: nowMs };
  const topology = await lookAtTopology({ config, daemons, sinceMs: range.sinceMs, nowMs }, abort);
  const acts = ACTS.flatMap((name) => journal.latest(name, MOST_ACTS, { accepts: 'act' })).sort(
    (a, b) => b.seq - a.seq,
  );
  const checks = healthChecks.filter(({ name }) => !LOUD.includes(name));
  return {
    home: config.home,
    nowMs,
    health: await runChecks(checks, view),
    hours: journal.counts(range, HOUR_MS).filter(({ signal }) => signal !== PROBE_SIGNAL),
    figures: await readAllFigures(pathsOf(config).figures),
    groups: await groupsOf(new DeadLetterStore(pathsOf(config), clock).letters(), {
      nowMs,
      quarantineAfter: config.dlq.quarantineAfter,
    }),
    acts: acts.slice(0, MOST_ACTS).map(({ signal }) => signal),
    topology: await svgOf(dotOf(topology)),
  };
}
