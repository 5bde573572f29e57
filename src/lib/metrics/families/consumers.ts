import type { ConsumerStatus } from '../../bus/bus.js';
import type { Wait } from '../../bus/observer.js';
import type { Family, Sample } from '../family.js';
import { journalOf, type Collector, type MetricsView } from '../view.js';

/** What waits for whom. */
export const consumers: Collector = {
  name: 'consumers',
  collect: async (view) => {
    const journal = journalOf(view);
    const statuses = new Map((journal?.consumers() ?? []).map((status) => [status.name, status]));
    const waits = new Map((journal?.waits() ?? []).map((wait) => [wait.consumer, wait]));
    const rows = namesOf(view).map((name) => ({ name, status: statuses.get(name), wait: waits.get(name) }));
    return familiesOf(rows, view.clock.nowMs());
  },
};

interface Row {
  name: string;
  status: ConsumerStatus | undefined;
  wait: Wait | undefined;
}

/** Only daemons that there are: a name that is left in the journal is no series of its own. */
function namesOf({ members }: MetricsView): string[] {
  return members.flatMap(({ name, hears = [] }) => (hears.length > 0 ? [name] : []));
}

function familiesOf(rows: readonly Row[], nowMs: number): Family[] {
  const each = (value: (row: Row) => number): Sample[] =>
    rows.map((row) => ({ labels: { daemon: row.name }, value: value(row) }));
  return [
    {
      name: 'kloros_consumer_signals',
      help: 'Signals that wait for a daemon: not fetched, waiting for an attempt, or running',
      type: 'gauge',
      samples: rows.flatMap(({ name, status }) => [
        { labels: { daemon: name, state: 'unfetched' }, value: status?.lag ?? 0 },
        { labels: { daemon: name, state: 'waiting' }, value: status?.waiting ?? 0 },
        { labels: { daemon: name, state: 'running' }, value: status?.running ?? 0 },
      ]),
    },
    {
      name: 'kloros_consumer_oldest_age_seconds',
      help: 'Age of the oldest signal that a daemon has not settled; 0 where none waits',
      type: 'gauge',
      samples: each(({ wait }) => (wait ? Math.max(0, nowMs - wait.atMs) / 1000 : 0)),
    },
    {
      name: 'kloros_consumer_paused',
      help: 'Whether a daemon is paused and takes nothing up',
      type: 'gauge',
      samples: each(({ status }) => Number(status?.paused ?? false)),
    },
    {
      name: 'kloros_consumer_breaker_open',
      help: 'Whether a daemon takes nothing up because what it stands on fails',
      type: 'gauge',
      samples: each(({ status }) => Number((status?.outages.length ?? 0) > 0)),
    },
    {
      name: 'kloros_consumer_last_handled_timestamp_seconds',
      help: 'When a daemon last settled a signal, in epoch seconds; 0 where it never did',
      type: 'gauge',
      samples: each(({ status }) => (status?.lastHandledAtMs ?? 0) / 1000),
    },
  ];
}
