import type { DreamResult } from '../../../src/lib/dream/result.js';

/** The result of a cycle that did nothing, with these parts changed. */
export function result(cycle_id: string, ended_at: string, parts: Partial<DreamResult> = {}): DreamResult {
  return {
    cycle_id,
    trigger_id: null,
    topic: null,
    trigger_reason: 'test',
    promotions: [],
    seed: 1,
    started_at: '2026-01-01T00:00:00.000Z',
    ended_at,
    duration_seconds: 1,
    success: true,
    failure: null,
    generations: 1,
    mutations_generated: 3,
    experiments: [],
    ...parts,
  };
}
