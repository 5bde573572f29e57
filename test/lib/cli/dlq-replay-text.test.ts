import { expect, it } from 'vitest';
import { planQuestion } from '../../../src/lib/cli/dlq-replay-text.js';
import { letterOf } from '../../../src/lib/dead-letter/letter.js';

it('asks before a replay how many rows all would hear, not only the daemon that failed', () => {
  const letter = letterOf(Buffer.from('{}'));
  const [one, all] = [{ letter, way: 'reopen' } as const, { letter, way: 'say' } as const];
  expect(planQuestion([one])).toBe('Replay 1 dead letter?');
  expect(planQuestion([one, all, all])).toBe('Replay 3 dead letters, 2 of them as new signals to all who hear them?');
});
