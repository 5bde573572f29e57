import { createReadStream } from 'node:fs';
import { errorCode } from '../../base/errors.js';
import type { Limits } from '../check.js';
import { beyond, type Finding } from './condition.js';

const NEWLINE = 0x0a;

/** Lines of failed_signals.jsonl, as `wc -l` counts them; 0 where there is no file. Reads it in pieces. */
export async function countLines(path: string): Promise<number> {
  let lines = 0;
  try {
    const stream: AsyncIterable<Buffer> = createReadStream(path);
    for await (const chunk of stream) {
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) lines += 1;
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  return lines;
}

/** Signals fail and nobody looks after them; the document: fewer than 10 are well, more than 100 a systemic issue. */
export function deadLetterCondition(count: number, limits: Limits): Finding {
  const found = beyond(count, limits);
  if (found === null) return null;
  return {
    type: 'dead_letters',
    severity: found.severity,
    metricValue: String(count),
    threshold: String(found.limit),
    recommendedAction: 'review_dead_letters',
  };
}
