import { z } from 'zod';
import { LEVELS } from '../signals/origin.js';

/** What may come in from outside. */
export const busSettings = z
  .strictObject({
    anonymous: z.enum(LEVELS).default('ask').meta({
      description:
        'What any program on this machine may cause at the TCP ports: observe nothing, ask questions, or act as daemons do',
    }),
  })
  .prefault({});
