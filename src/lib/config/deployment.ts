import { z } from 'zod';

/** Settings of what is deployed. */
export const deploymentSettings = z
  .strictObject({
    keep: z
      .number()
      .int()
      .min(1)
      .default(10)
      .meta({ description: 'How often in a row a deployment can be taken back; older versions and backups go' }),
  })
  .prefault({});
