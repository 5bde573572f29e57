import { z } from 'zod';

const durationMs = z.number().int().min(0);

/** What the flight recorder keeps of a critical alert, and how many of them. */
export const flightSettings = z
  .strictObject({
    beforeMs: durationMs.default(300_000).meta({ description: 'So much before the alert is kept' }),
    afterMs: durationMs.default(60_000).meta({ description: 'So much after it' }),
    maxFiles: z.number().int().min(0).default(20).meta({ description: 'The oldest recordings go; 0 keeps none' }),
    maxBytes: z
      .number()
      .int()
      .positive()
      .default(67_108_864)
      .meta({ description: 'Of all recordings on disk, and of one uncompressed' }),
  })
  .prefault({});
