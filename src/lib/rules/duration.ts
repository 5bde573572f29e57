import { z } from 'zod';
import { parseDurationMs } from '../base/duration.js';
import { toError } from '../base/errors.js';

/** A duration as people write it in a rule, as milliseconds. */
export const duration = z.string().transform((text, context) => {
  try {
    return parseDurationMs(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `${toError(error).message}; write e.g. 30s, 10m or 2h` });
    return z.NEVER;
  }
});
