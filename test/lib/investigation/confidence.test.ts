import { describe, expect, it } from 'vitest';
import {
  incidentConfidence,
  readingConfidence,
  type ReadingQuality,
} from '../../../src/lib/investigation/confidence.js';
import fc from '../../helpers/property.js';

const BEST: ReadingQuality = {
  readRatio: 1,
  purposeFrom: 'declared',
  documentedRatio: 1,
  hasPublicApi: true,
  isUsed: true,
  hasTests: true,
};
const WORST: ReadingQuality = {
  readRatio: 1,
  purposeFrom: 'structure',
  documentedRatio: 0,
  hasPublicApi: false,
  isUsed: false,
  hasTests: false,
};

describe('confidence in a reading of code', () => {
  it('lies between what structure alone is worth and 0.95', () => {
    expect(readingConfidence(WORST)).toBe(0.25);
    expect(readingConfidence(BEST)).toBe(0.95);
  });

  it('falls in proportion to what could not be read', () => {
    expect(readingConfidence({ ...BEST, readRatio: 0.5 })).toBe(0.48);
    expect(readingConfidence({ ...BEST, readRatio: 0 })).toBe(0);
  });

  it('never falls when more is documented', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, share, (one, two, readRatio) => {
        const [less, more] = [Math.min(one, two), Math.max(one, two)];
        return (
          readingConfidence({ ...BEST, readRatio, documentedRatio: less }) <=
          readingConfidence({ ...BEST, readRatio, documentedRatio: more })
        );
      }),
    );
  });
});

describe('confidence in what was gathered about an incident', () => {
  it('is small while nothing that is named could be looked at', () => {
    expect(incidentConfidence({ named: 2, reached: 0, showsCause: false })).toBe(0.1);
    expect(incidentConfidence({ named: 0, reached: 0, showsCause: false })).toBe(0.1);
  });

  it('grows with what was reached and with a cause that shows', () => {
    expect(incidentConfidence({ named: 2, reached: 1, showsCause: false })).toBe(0.3);
    expect(incidentConfidence({ named: 2, reached: 2, showsCause: true })).toBe(0.8);
  });
});
