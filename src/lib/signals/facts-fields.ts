import { z } from 'zod';
import { PRIORITIES } from './priority.js';

/** A text that says something. */
export const text = z.string().min(1);

/** A whole number from 0. */
export const count = z.number().int().min(0);

/** A duration, age or other amount from 0. */
export const amount = z.number().min(0);

/** ISO 8601, or the compact `YYYYMMDD_HHMMSS` of existing records. */
export const moment = z.string().min(1);

/** Urgency of a question, in words. */
export const priority = z.enum(PRIORITIES);
