import { z } from 'zod';

/** Log files of a supervisor without a terminal. */
export const logSettings = z
  .strictObject({
    maxBytes: z
      .number()
      .int()
      .positive()
      .default(8_388_608)
      .meta({ description: 'A log file of a detached supervisor that is larger is set aside' }),
    keep: z.number().int().min(0).default(4).meta({ description: 'So many files that were set aside are kept' }),
  })
  .prefault({});

const activation = z.enum(['always', 'on-demand']);

/** Which daemons run only while they have something to do. */
export const activationSettings = z
  .strictObject({
    default: activation
      .default('always')
      .meta({ description: 'on-demand: daemons that only answer end when idle, and start when a signal waits' }),
    daemons: z
      .record(z.string().min(1), activation)
      .prefault({})
      .meta({ description: 'The same for single daemons, by name' }),
    idleMs: z.number().int().positive().default(60_000).meta({ description: 'So long without work, and it ends' }),
    leastRunMs: z.number().int().min(0).default(60_000).meta({
      description: 'So long it stays at least under systemd, whose start limit then counts crashes and no wishes',
    }),
  })
  .prefault({});
