import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { signalNameSchema } from '../signals/name.js';

/** One program that healing rules may run: fixed words, so that no fact of a signal reaches a command line. */
const command = z.strictObject({
  path: z.string().refine(isAbsolute, 'write the absolute path of a program'),
  args: z.array(z.string()).default([]),
  timeoutMs: z.number().int().positive().default(60_000),
  maxOutputBytes: z.number().int().positive().default(65_536),
});

/** A program of the allow-list. */
export type AllowedCommand = z.output<typeof command>;

/** What healing rules may do; the rules themselves are in healing.yaml. */
export const healingSettings = z
  .strictObject({
    enabled: z.boolean().default(true).meta({ description: 'False: no healing rule acts' }),
    alsoSays: z
      .array(signalNameSchema)
      .default([])
      .meta({ description: 'Signals that rules of healing.yaml may say as a repair' }),
    commands: z
      .record(z.string().regex(/^[\w-]{1,64}$/), command)
      .prefault({})
      .meta({ description: 'Programs that rules of healing.yaml may run, by name: path, args, timeoutMs' }),
  })
  .prefault({});
