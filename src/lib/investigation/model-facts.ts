import type { InvestigationRecord } from './record.js';

/** Which model decided, and what it cost; an answer from the record costs nothing again. */
export function modelFacts({ llm_analysis: said }: InvestigationRecord, fromRecord: boolean) {
  const { model_used: model, tokens_used: tokens } = said ?? {};
  return {
    model_used: typeof model === 'string' ? model : null,
    tokens_used: typeof tokens === 'number' && Number.isSafeInteger(tokens) && !fromRecord ? tokens : null,
  };
}
