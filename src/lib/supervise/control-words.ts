import { z } from 'zod';
import { PROCESS_STATES } from './managed-process.js';

/** What a supervisor can be told; `names` are daemons. */
export const controlRequestSchema = z.strictObject({
  do: z.enum(['status', 'start', 'stop', 'restart', 'reload']),
  names: z.array(z.string()).max(100),
});

/** One request. */
export type ControlRequest = z.output<typeof controlRequestSchema>;

const statusSchema = z.object({
  name: z.string(),
  state: z.enum(PROCESS_STATES),
  pid: z.number().nullable(),
  starts: z.number(),
});

const supervisorSchema = z.object({
  pid: z.number(),
  /** Key of the folder of its home: a linked copy of its socket leads to it from another home. */
  home: z.string().optional(),
  /** It has no terminal, and writes log files. */
  detached: z.boolean(),
  daemons: z.array(statusSchema),
});

const errorSchema = z.object({
  code: z.string(),
  message: z.string(),
  why: z.string().optional(),
  next: z.array(z.string()),
});

/** What a supervisor answers: how its daemons stand afterwards, or why it could not be done. */
export const controlReplySchema = z.union([
  z.object({ supervisor: supervisorSchema }),
  z.object({ error: errorSchema }),
]);

/** A supervisor that answered. */
export type SupervisorStatus = z.output<typeof supervisorSchema>;

/** One answer. */
export type ControlReply = z.output<typeof controlReplySchema>;
