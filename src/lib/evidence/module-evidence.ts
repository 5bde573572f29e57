import { z } from 'zod';

/** Where a statement comes from. */
export const sourceSchema = z.object({
  investigation_id: z.string(),
  question_id: z.string(),
  /** Of the content that was looked at. */
  evidence_hash: z.string(),
  /** ISO 8601. */
  at: z.string(),
});

/** One thing that a module provides, uses, or is used by. */
export const statementSchema = z.object({
  text: z.string(),
  /** Other wordings that were found to mean the same, and which measure decided so. */
  also: z.array(z.object({ text: z.string(), score: z.number(), decided_by: z.string() })),
  /** The investigations that say so, oldest first. */
  sources: z.array(sourceSchema).min(1),
  /** False once every question that it came from has been answered anew without it. */
  current: z.boolean(),
});

/** What one investigation answered. */
export const answerSchema = sourceSchema.extend({
  question: z.string(),
  hypothesis: z.string().nullable(),
  purpose: z.string().nullable(),
  capabilities: z.array(z.string()),
  confidence: z.number(),
});

/** Everything known about one module, or about one question that is not about a module. */
export const moduleEvidenceSchema = z.object({
  version: z.literal(1),
  /** `module:src.audio` or `question:<id>`. */
  subject: z.string(),
  provides: z.array(statementSchema),
  uses: z.array(statementSchema),
  used_by: z.array(statementSchema),
  /** The newest answers, oldest first. */
  answers: z.array(answerSchema),
});

export type Source = z.output<typeof sourceSchema>;
export type Statement = z.output<typeof statementSchema>;
export type Answer = z.output<typeof answerSchema>;
export type ModuleEvidence = z.output<typeof moduleEvidenceSchema>;

/** A subject about which nothing is known yet. */
export function emptyEvidence(subject: string): ModuleEvidence {
  return { version: 1, subject, provides: [], uses: [], used_by: [], answers: [] };
}
