import { usageOf } from '../../base/process-usage.js';
import type { DaemonStanding } from '../../health/standing.js';
import type { Family, Sample } from '../family.js';
import type { Collector } from '../view.js';

/** The processes of the daemons. */
export const daemons: Collector = {
  name: 'daemons',
  collect: async ({ members, standing }) => {
    const known = new Map((await standing()).daemons.map((one) => [one.name, one]));
    return familiesOf(members.map(({ name }) => ({ name, standing: known.get(name) })));
  },
};

interface Row {
  name: string;
  standing: DaemonStanding | undefined;
}

function familiesOf(rows: readonly Row[]): Family[] {
  const usages = new Map(
    rows.map(({ name, standing }) => [name, standing?.pid ? usageOf(standing.pid) : undefined] as const),
  );
  const each = (value: (row: Row) => number): Sample[] =>
    rows.map((row) => ({ labels: { daemon: row.name }, value: value(row) }));
  return [
    {
      name: 'kloros_daemon_up',
      help: 'Whether a daemon runs',
      type: 'gauge',
      samples: each(({ standing }) => Number(standing?.isRunning ?? false)),
    },
    {
      name: 'kloros_daemon_restarts_total',
      help: 'Starts of a daemon that nobody asked for: it had ended by itself',
      type: 'counter',
      samples: each(({ standing }) => standing?.record?.restartCount ?? 0),
    },
    {
      name: 'kloros_daemon_cpu_seconds_total',
      help: 'Processor time of the process of a daemon, user and system',
      type: 'counter',
      samples: each(({ name }) => (usages.get(name)?.cpuMs ?? 0) / 1000),
    },
    {
      name: 'kloros_daemon_resident_memory_bytes',
      help: 'Memory that the process of a daemon holds',
      type: 'gauge',
      samples: each(({ name }) => usages.get(name)?.rssBytes ?? 0),
    },
  ];
}
