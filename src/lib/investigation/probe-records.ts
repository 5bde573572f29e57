import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { appendJsonLines } from '../base/json-lines.js';
import type { AnswerStore } from './investigator.js';

/**
 * What probes found, in their asker's folder and never in the colony's record. A probe that is run again after a crash
 * leaves a second row, which goes with the folder; where the asker has gone, nothing is written.
 */
export function openProbeRecords(folder: string): AnswerStore {
  return {
    bySignal: async () => undefined,
    latest: async () => undefined,
    append: async (record) => {
      if (existsSync(folder)) await appendJsonLines(join(folder, 'records.jsonl'), [record]);
      return record;
    },
  };
}
