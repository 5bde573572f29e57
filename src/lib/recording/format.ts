import { z } from 'zod';
import type { Signal } from '../signals/envelope.js';
import { signalNameSchema } from '../signals/name.js';

/**
 * A recording: JSON lines, compressed where the file's name ends in `.gz`.
 *
 * header   first: version, when, by whom, of what
 * schema   before the first signal of a name: its meaning and the JSON Schema of its facts, null for a foreign name
 * signal   one each, in the journal's order, with its position there and when it came
 * footer   last: counts, and what was lost; a file without it was torn
 */
export const RECORDING_VERSION = 1;

export const headerSchema = z.object({
  type: z.literal('header'),
  kloros_recording: z.literal(RECORDING_VERSION),
  recorded_at: z.string(),
  by: z.string(),
  home: z.string(),
  /** What was wanted: names and globs, none is all; a stretch of time where it is the past's. */
  patterns: z.array(z.string()),
  range: z.object({ since: z.string(), until: z.string() }).nullable(),
  reason: z.string().nullable(),
});

const schemaLine = z.object({
  type: z.literal('schema'),
  signal: z.string(),
  meaning: z.string().nullable(),
  facts: z.record(z.string(), z.unknown()).nullable(),
});

const signalLine = z.object({
  type: z.literal('signal'),
  seq: z.number(),
  /** When the journal took it: what is played is paced by this, and not by its publisher's clock. */
  received_at: z.iso.datetime(),
  signal: z.looseObject({
    id: z.string(),
    signal: signalNameSchema,
    timestamp: z.string(),
    source: z.string(),
    facts: z.record(z.string(), z.unknown()),
    cause_id: z.string().nullable(),
    trace: z.string(),
    ts: z.number(),
  }),
});

const footerSchema = z.object({
  type: z.literal('footer'),
  signals: z.number(),
  by_signal: z.record(z.string(), z.number()),
  /** `positions`: in the journal's order, and not there any more; `too_many`: beyond the recording's size. */
  lost: z.object({ positions: z.number(), too_many: z.number() }),
  first_at: z.string().nullable(),
  last_at: z.string().nullable(),
  /** Why it ended. */
  ended: z.enum(['complete', 'interrupted', 'full']),
});

/** Any line. */
export const lineSchema = z.discriminatedUnion('type', [headerSchema, schemaLine, signalLine, footerSchema]);

/** How a recording begins. */
export type Header = z.output<typeof headerSchema>;
/** How a recording ends. */
export type Footer = z.output<typeof footerSchema>;

/** A signal of a recording. */
export interface Taken {
  seq: number;
  receivedAtMs: number;
  signal: Signal;
}
