import { z } from 'zod';
import { parseDurationMs } from '../base/duration.js';
import { own } from '../base/own.js';
import { signalNameSchema } from '../signals/name.js';

const duration = z.string().refine(isDuration, 'write a number with its unit, e.g. 30s, 10m or 2h');
const name = z.string().min(1);

const fields = {
  after: signalNameSchema.meta({ description: 'Signal that asks for it' }),
  within: duration.meta({ description: 'Time for it, from the first attempt at the work' }),
  waiting: duration.meta({ description: 'Time that it may wait in the queue before anybody attempts it' }),
  by: name.optional().meta({ description: 'Fact that both signals have in common; absent: the chain of causes' }),
  emit: signalNameSchema.meta({ description: 'Signal that is said when it does not come' }),
  action: name.meta({ description: 'What the signal suggests, one snake_case word' }),
  enabled: z.boolean().meta({ description: 'False: it is not expected any more' }),
};

const pair = z.strictObject(fields);
const changes = pair.partial();

/** One declared pair: what is expected after what, within which time, and what is said when it does not come. */
export type ExpectationSetting = z.output<typeof pair>;

/** What a pair has that names nothing else. */
const REST: Pick<ExpectationSetting, 'waiting' | 'action' | 'enabled'> = {
  waiting: '24h',
  action: 'inspect_stuck_work',
  enabled: true,
};

/** The document's pairs, by the signal that is expected. */
const BUILT_IN: Readonly<Record<string, ExpectationSetting>> = {
  Q_INVESTIGATION_COMPLETE: {
    ...REST,
    after: 'Q_CURIOSITY_INVESTIGATE',
    within: '10m',
    by: 'question_id',
    emit: 'Q_INVESTIGATION_TIMEOUT',
    action: 'restart_investigation_consumer',
  },
  Q_DREAM_COMPLETE: {
    ...REST,
    after: 'Q_DREAM_TRIGGER',
    within: '30m',
    emit: 'Q_DREAM_TIMEOUT',
    action: 'restart_dream_consumer',
  },
};

/** An operator's pairs, added to the built-in ones or laid over them field by field; what comes out may go in again. */
export const expectationSettings = z
  .record(signalNameSchema, changes)
  .prefault({})
  .transform((written, context) => {
    const names = [...new Set([...Object.keys(BUILT_IN), ...Object.keys(written)])];
    return Object.fromEntries(names.map((until) => [until, whole(until, own(written, until) ?? {}, context)]));
  });

function whole(until: string, written: z.output<typeof changes>, context: z.RefinementCtx): ExpectationSetting {
  const parsed = pair.safeParse({ ...REST, ...own(BUILT_IN, until), ...written });
  for (const issue of parsed.error?.issues ?? []) {
    const message = `${issue.message} (after, within and emit are needed)`;
    context.addIssue({ code: 'custom', path: [until, ...issue.path], message });
  }
  if (!parsed.success) return z.NEVER;
  const { within, waiting } = parsed.data;
  if (parseDurationMs(waiting) < parseDurationMs(within)) {
    const message = `the limit of waiting, ${waiting}, is shorter than that of the work, ${within}`;
    context.addIssue({ code: 'custom', path: [until, 'waiting'], message });
  }
  return parsed.data;
}

function isDuration(text: string): boolean {
  try {
    return parseDurationMs(text) > 0;
  } catch {
    return false;
  }
}
