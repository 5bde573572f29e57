import { z } from 'zod';

/** Zero switches a limit off. */
const limit = z.number().min(0);

/** The limits of `kloros health`, and of the alerts that the monitor says. */
export const healthSettings = z
  .strictObject({
    deadLettersWarning: limit.default(10).meta({ description: 'So many dead letters are a warning' }),
    deadLettersCritical: limit.default(100).meta({ description: 'More dead letters than this are critical' }),
    oldestDeadLetterMs: limit.default(86_400_000).meta({ description: 'A dead letter that old is a warning' }),
    signalsPerHour: limit.default(10).meta({ description: 'Fewer signals in the last hour are a warning' }),
    stalledMs: limit
      .default(7_200_000)
      .meta({ description: 'Critical when signals wait and none was handled for this long' }),
    latencyMs: limit.default(5_000).meta({
      description: 'From intent file to investigation: slower at the 99th percentile warns, at the median is critical',
    }),
    restartsPerWeek: limit.default(1).meta({ description: 'So many restarts of a daemon in a week are a warning' }),
    restartsPerDay: limit.default(5).meta({ description: 'More restarts of a daemon in a day are critical' }),
    uptimePercent: limit.max(100).default(99.9).meta({ description: 'A daemon that was up less is a warning' }),
    uptimeCriticalPercent: limit.max(100).default(95),
    cpuPercent: limit.default(80).meta({ description: 'Mean use of a core by a daemon that is a warning' }),
    spikePercent: limit
      .default(25)
      .meta({ description: 'Use of a core, beyond the usual, that is a spike; spikes once a minute are a warning' }),
    memoryBytes: limit.default(536_870_912).meta({ description: 'Memory of a daemon that is a warning' }),
    memoryCriticalBytes: limit.default(1_073_741_824),
    memoryWarningPercent: limit.max(100).default(90).meta({ description: 'Used memory of the machine' }),
    memoryCriticalPercent: limit.max(100).default(95),
    lagWarning: limit.default(100).meta({ description: 'So many signals waiting for a consumer are a warning' }),
    lagCritical: limit.default(1_000),
    triggerWarningMs: limit
      .default(600_000)
      .meta({ description: 'A trigger that nobody has settled for this long is a warning' }),
    triggerCriticalMs: limit.default(3_600_000),
    diskWarningPercent: limit.max(100).default(80).meta({ description: "Used space of the home's disk" }),
    diskCriticalPercent: limit.max(100).default(90),
    clockMs: limit.default(2_000).meta({ description: 'A signal from so far in the future is a warning' }),
    journalWholeBytes: limit.default(67_108_864).meta({
      description: 'A journal up to this size is checked page by page, a larger one by a sample',
    }),
    roundTripMs: limit.default(1_000).meta({ description: 'A slower round trip over the bus is a warning' }),
    roundTripTimeoutMs: z
      .number()
      .int()
      .positive()
      .default(3_000)
      .meta({ description: 'A signal that did not come back by then is critical' }),
    capacityWarning: limit
      .default(1_000)
      .meta({ description: 'Fewer signals a second that this machine can handle are a warning' }),
    capacityCritical: limit.default(100),
  })
  .prefault({});
