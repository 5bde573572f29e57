import { afterAll, describe, expect, it } from 'vitest';
import { contradicts, duplicates } from '../../../src/lib/evidence/contradiction.js';
import { openLexicon } from '../../../src/lib/evidence/lexicon.js';
import { openMeasure } from '../../../src/lib/evidence/measure.js';
import type { Answer } from '../../../src/lib/evidence/module-evidence.js';

const lexicon = openLexicon();
afterAll(() => lexicon.close());
const measure = await openMeasure({ lexicon, clock: { nowMs: () => 0, monotonicMs: () => 0 } }).prepare([]);

function answer(fields: Partial<Answer>): Answer {
  return {
    investigation_id: 'inv',
    question_id: 'q',
    evidence_hash: 'h',
    at: '2025-11-15T10:30:00.000Z',
    question: 'What?',
    hypothesis: 'UNDISCOVERED_MODULE_audio',
    purpose: 'Reads audio from the microphone',
    capabilities: ['record audio'],
    confidence: 0.9,
    ...fields,
  };
}

function between(a: Partial<Answer>, b: Partial<Answer>) {
  const [one, other] = [contradicts(answer(a), answer(b), measure), contradicts(answer(b), answer(a), measure)];
  expect(one?.kind).toBe(other?.kind);
  return one?.kind;
}

describe('two answers contradict each other', () => {
  it('when their hypotheses about one question differ', () => {
    expect(between({}, { hypothesis: 'SERVICE_FAILURE_x' })).toBe('hypothesis');
    expect(between({}, { hypothesis: 'SERVICE_FAILURE_x', question_id: 'other' })).toBeUndefined();
  });

  it('but not when a module was registered in between', () => {
    expect(between({}, { hypothesis: 'KNOWN_MODULE_audio' })).toBeUndefined();
  });

  it('when one purpose denies the other', () => {
    expect(between({ purpose: 'Requires network access' }, { purpose: 'Does not require network access' })).toBe(
      'purpose',
    );
    expect(between({ purpose: 'Encodes audio frames' }, { purpose: 'Decodes audio frames' })).toBe('purpose');
  });

  it('when the same evidence was read as something quite different', () => {
    expect(between({}, { purpose: 'Plans robot arm movements' })).toBe('purpose');
    expect(between({}, { purpose: 'Plans robot arm movements', evidence_hash: 'h2' })).toBeUndefined();
  });

  it('when one names a capability and the other its contrary', () => {
    expect(between({ capabilities: ['enable caching'] }, { capabilities: ['disable caching'] })).toBe('capability');
  });

  it('but not when a module does both', () => {
    const both = ['lock files', 'unlock files'];
    expect(between({ capabilities: both }, { capabilities: both })).toBeUndefined();
    expect(between({ capabilities: ['lock files'] }, { capabilities: both })).toBeUndefined();
  });

  it('but not when they merely name different things', () => {
    expect(between({ capabilities: ['parse JSON'] }, { capabilities: ['parse YAML', 'draw charts'] })).toBeUndefined();
  });
});

describe('one answer duplicates another', () => {
  it('when it says the same in other words', () => {
    const other = answer({ purpose: 'Reading audio from a microphone', capabilities: ['audio recorder'] });
    expect(duplicates(answer({}), other, measure)).toBe(true);
  });

  it('but not when it knows more', () => {
    const more = answer({ capabilities: ['record audio', 'detect wake word', 'resample audio'] });
    expect(duplicates(answer({}), more, measure)).toBe(false);
  });
});
