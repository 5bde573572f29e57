import { z } from 'zod';
import { LEVELS } from '../signals/origin.js';

/** What may come in from outside. */
export const busSettings = z
  .strictObject({
    anonymous: z.enum(LEVELS).default('ask').meta({
      description:
        'What any program on this machine may cause at the TCP ports: observe nothing, ask questions, or act as daemons do',
    }),
    local: z.enum(LEVELS).default('act').meta({
      description:
        'What a program may cause at the Unix sockets in run/bus, which the folder mode keeps from other users',
    }),
    transport: z.enum(['tcp', 'unix', 'both']).default('both').meta({
      description: 'Sockets of the hub: the TCP ports of the document, Unix sockets in run/bus, or both',
    }),
    maxFrameBytes: z.number().int().min(1_024).max(2_097_152).default(1_048_576).meta({
      description: 'Bytes of the largest message, name and envelope, that is taken from outside; 1,024 to 2,097,152',
    }),
    rate: z.number().int().positive().default(20_000).meta({
      description: 'Signals a second that one socket takes from outside; more of them wait at their sender',
    }),
  })
  .prefault({});
