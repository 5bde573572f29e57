import { z } from 'zod';
import { signalNameSchema } from '../signals/name.js';
import { busSettings } from './bus.js';
import { deploymentSettings } from './deployment.js';
import { expectationSettings } from './expectations.js';
import { flightSettings } from './flight.js';
import { healingSettings } from './healing.js';
import { healthSettings } from './health.js';
import { activationSettings, logSettings } from './supervision.js';

/** The highest port less the six that follow the base. */
const HIGHEST_PORT_BASE = 65_529;

const portBase = z.number().int().min(1).max(HIGHEST_PORT_BASE);
const positiveMs = z.number().int().positive();

/** Route of an intent type: the signal it becomes, and the urgency it has when it names none. */
const route = z.object({
  signal: signalNameSchema,
  /** 0..10, formats.md §3. */
  priority: z.number().int().min(0).max(10).optional(),
});

/**
 * Everything an operator can set, with its default.
 * Paths are absolute after loading; `home` moves all of them, `portBase` all ports.
 */
export const configSchema = z.strictObject({
  home: z.string().meta({ description: 'Folder of this colony; moves every path that is not set by itself' }),
  portBase: portBase
    .default(7776)
    .meta({ description: 'Hub XSUB; +1 its XPUB; +2 to +5 the ports of single daemons; +6 hub ROUTER' }),
  host: z.string().default('127.0.0.1').meta({ description: 'Address the bus binds and daemons connect to' }),
  hub: z
    .strictObject({
      xsub: z.string().optional().meta({ description: 'Endpoint for publishers; overrides portBase (KLR_CHEM_XSUB)' }),
      xpub: z
        .string()
        .optional()
        .meta({ description: 'Endpoint for subscribers; overrides portBase + 1 (KLR_CHEM_XPUB)' }),
      router: z
        .string()
        .optional()
        .meta({ description: 'Endpoint for publishers that want an answer; overrides portBase + 6' }),
    })
    .prefault({}),
  bus: busSettings,
  sourceRoots: z.array(z.string()).meta({ description: 'Folders whose code the colony may look at and change (D9)' }),
  deployRoot: z.string().meta({ description: 'Folder below which winners are deployed' }),
  autonomy: z
    .number()
    .int()
    .min(0)
    .max(2)
    .default(2)
    .meta({ description: 'Winners are 0 proposed only, 1 deployed when approved, 2 deployed (KLR_AUTONOMY_LEVEL)' }),
  deployment: deploymentSettings,
  capabilitiesPath: z.string().meta({ description: 'The registry, capabilities.yaml' }),
  intents: z
    .strictObject({
      stillMs: positiveMs
        .default(2_000)
        .meta({ description: 'A file that does not parse is an error when it has not changed for this long' }),
      maxBytes: z
        .number()
        .int()
        .positive()
        .default(1_048_576)
        .meta({ description: 'A larger intent file is quarantined' }),
      batch: z
        .number()
        .int()
        .min(1)
        .max(500)
        .default(200)
        .meta({ description: 'Intents committed in one transaction' }),
      routes: z
        .record(z.string(), route)
        .prefault({})
        .meta({ description: 'Intent type (or prefix*) to signal; adds to and overrides the built-in table' }),
    })
    .prefault({}),
  retention: z
    .strictObject({
      days: z.number().positive().default(30),
      maxBytes: z.number().int().positive().default(1_073_741_824),
    })
    .prefault({}),
  delivery: z
    .strictObject({
      maxAttempts: z.number().int().min(1).default(5),
      backoffMs: positiveMs
        .default(1_000)
        .meta({ description: 'Pause before the second attempt; doubles, with jitter' }),
      maxBackoffMs: positiveMs.default(60_000),
      leaseMs: positiveMs
        .default(15_000)
        .meta({ description: 'A live owner whose heartbeat stood still this long loses its work' }),
      pollMs: positiveMs.default(2_000).meta({ description: 'Safety net behind the bell and the wire, which wake' }),
      queueLimit: z
        .number()
        .int()
        .min(1)
        .default(100_000)
        .meta({ description: 'Intents stay in their folder while more signals than this wait for one daemon' }),
      breaker: z
        .strictObject({
          failures: z
            .number()
            .int()
            .min(1)
            .default(3)
            .meta({ description: 'Failures of the machine in a row after which a daemon pauses' }),
          pauseMs: positiveMs.default(1_000).meta({ description: 'First pause; doubles with each probe that fails' }),
          maxPauseMs: positiveMs.default(30_000),
        })
        .prefault({}),
    })
    .prefault({}),
  logs: logSettings,
  activation: activationSettings,
  dlq: z
    .strictObject({
      quarantineAfter: z
        .number()
        .int()
        .min(1)
        .default(3)
        .meta({ description: 'A signal that failed again after so many replays is replayed by its id only' }),
      pruneAfterDays: z
        .number()
        .positive()
        .default(30)
        .meta({ description: 'Dead letters whose last failure is older move to the archive' }),
      removeAfterDays: z
        .number()
        .positive()
        .default(30)
        .meta({ description: 'Rows of the archive are really removed after so long there' }),
    })
    .prefault({}),
  investigation: z
    .strictObject({
      concurrency: z.number().int().min(1).default(2),
      timeoutMs: positiveMs.default(60_000),
      maxFiles: z.number().int().positive().default(5_000),
      maxFileBytes: z.number().int().positive().default(2_097_152),
      model: z
        .strictObject({
          url: z.url(),
          model: z.string(),
          timeoutMs: positiveMs.default(20_000),
          apiKeyFile: z.string().optional(),
        })
        .optional()
        .meta({ description: 'OpenAI-compatible endpoint that says what a module is for; absent: its code alone' }),
    })
    .prefault({}),
  evidence: z
    .strictObject({
      threshold: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .meta({ description: 'Similarity from which two phrases mean the same; default is the tested one' }),
      embeddings: z
        .strictObject({
          url: z.url(),
          model: z.string(),
          timeoutMs: positiveMs.default(5_000),
          apiKeyFile: z.string().optional(),
          threshold: z.number().min(0).max(1).default(0.86),
        })
        .optional()
        .meta({ description: 'OpenAI-compatible /embeddings endpoint; absent: the embedded measure' }),
    })
    .prefault({}),
  policy: z
    .strictObject({
      alsoSays: z
        .array(signalNameSchema)
        .default([])
        .meta({ description: 'Signals of your own that rules of policies.yaml may say besides the triggers' }),
      decisionsMaxBytes: z
        .number()
        .int()
        .positive()
        .default(8_388_608)
        .meta({ description: 'A log of decisions that is larger is set aside, and a new one begun' }),
      decisionsKeepDays: z
        .number()
        .positive()
        .default(90)
        .meta({ description: 'Logs of decisions that were set aside are removed when they are older' }),
      checkMs: positiveMs.default(5_000).meta({ description: 'How often retries and other waits are looked at' }),
    })
    .prefault({}),
  expectations: expectationSettings.meta({
    description: 'Signal that is expected, after which, within which time, and what is said when it does not come',
  }),
  dream: z
    .strictObject({
      timeLimitMs: positiveMs
        .default(1_500_000)
        .meta({ description: 'Longest D-REAM cycle; then all of it is stopped' }),
      matches: z
        .number()
        .int()
        .min(1)
        .default(1)
        .meta({ description: 'Matches of a tournament that one daemon plays at once' }),
      minFreeMb: z.number().min(0).default(200).meta({ description: 'No cycle begins with less free space' }),
      maxLoad: z.number().positive().default(32).meta({ description: 'No cycle begins above this load per core' }),
    })
    .prefault({}),
  monitor: z
    .strictObject({
      intervalMs: positiveMs
        .default(60_000)
        .meta({ description: 'How often the monitor looks; its limits are those of health' }),
    })
    .prefault({}),
  flight: flightSettings.meta({ description: 'Recordings of the minutes around each critical alert' }),
  healing: healingSettings,
  health: healthSettings,
});

/** A loaded configuration: complete, checked, absolute. */
export type Config = z.output<typeof configSchema>;
