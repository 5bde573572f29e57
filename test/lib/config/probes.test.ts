import { describe, expect, it } from 'vitest';
import { isProbe, probeQuestionId, rootsFor } from '../../../src/lib/config/probes.js';

const RUN = '01M8AN0KE7A470JHY13VNZTBSV';
const config = { home: '/home', capabilitiesPath: '/home/capabilities.yaml', sourceRoots: ['/src'] };

describe('a probe', () => {
  it('is known by the id of its question', () => {
    expect(isProbe(probeQuestionId(RUN, 3))).toBe(true);
  });

  it('may be about its own folder, and about nothing that the colony works on', () => {
    expect(rootsFor(probeQuestionId(RUN, 3), config)).toEqual([`/home/run/probes/${RUN}`]);
  });

  it.each([
    'discover.module.audio',
    'kloros.probe.',
    'kloros.probe.../../../etc.1',
    `kloros.probe.${RUN}`,
    `kloros.probe.${RUN}.1/..`,
    undefined,
    7,
  ])('is not %s, which keeps to the source roots', (questionId) => {
    expect(isProbe(questionId)).toBe(false);
    expect(rootsFor(questionId, config)).toEqual(['/src']);
  });
});
