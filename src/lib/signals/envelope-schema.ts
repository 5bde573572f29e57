import { z } from 'zod';
import type { Signal } from './envelope.js';

const text = (description: string) => z.string().meta({ description });

/** The envelope of every signal as kloros writes it: the second frame of a message. */
const envelope = z.looseObject({
  id: text('Sortable unique id; derived from its cause for chained signals'),
  signal: text('Name, the same as the first frame'),
  timestamp: z.iso.datetime().meta({ description: 'UTC with milliseconds' }),
  source: text('Daemon or peer that said it'),
  facts: z.record(z.string(), z.unknown()).meta({ description: 'What it says; its fields depend on the name' }),
  cause_id: z.string().nullable().meta({ description: 'Signal that led to it, or `intent:<file name>`' }),
  trace: text('Id of the root of the chain'),
  ecosystem: text('Name of the ecosystem, for existing peers'),
  intensity: z.number().meta({ description: '0 to 1' }),
  incident_id: z
    .string()
    .nullable()
    .meta({ description: 'Peers drop a message whose incident_id they saw within 60 s' }),
  ts: z.number().meta({ description: 'Epoch seconds with fraction' }),
  schema_version: z.literal(1),
}) satisfies z.ZodType<Signal>;

/** JSON Schema (draft 07) of the envelope. */
export function envelopeSchema(): Record<string, unknown> {
  return z.toJSONSchema(envelope, { target: 'draft-7' });
}
