import { z } from 'zod';

const words = z.string().min(1);
/** Existing writers use either; both mean the same once they are text. */
const label = z.union([words, z.number().transform(String)]);

/** An intent file as existing writers write it (formats.md §3); unknown keys are kept. */
export const intentSchema = z
  .looseObject({
    type: words.optional(),
    intent_type: words.optional(),
    id: label.nullish(),
    priority: z.unknown().optional(),
    reason: z.string().nullish(),
    emitted_by: z.string().nullish(),
    data: z.record(z.string(), z.unknown()).nullish(),
  })
  .refine((raw) => (raw.type ?? raw.intent_type) !== undefined, { path: ['type'], message: 'is missing' });

/** An intent: somebody wants something done. */
export interface Intent {
  /** E.g. `discover.module`, `alert_disk`. */
  type: string;
  /** Name of its file. */
  fileName: string;
  /** `data.question_id`, else `id`. */
  questionId: string | undefined;
  /** What names an urgency, integers and words, the file's own and that of its data. */
  priorities: unknown[];
  reason: string | undefined;
  emittedBy: string | undefined;
  data: Record<string, unknown>;
}

/** Makes an intent of a checked file. */
export function intentOf(raw: z.output<typeof intentSchema>, fileName: string): Intent {
  const data = raw.data ?? {};
  const questionId = label.safeParse(data['question_id'] ?? raw.id);
  return {
    type: raw.type ?? raw.intent_type ?? '',
    fileName,
    questionId: questionId.data,
    priorities: [raw.priority, data['priority']],
    reason: raw.reason ?? undefined,
    emittedBy: raw.emitted_by ?? undefined,
    data,
  };
}
