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
