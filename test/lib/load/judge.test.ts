import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/lib/config/schema.js';
import { judgeLoad } from '../../../src/lib/load/judge.js';

const paths = { home: '/home', sourceRoots: [], deployRoot: '/deployed', capabilitiesPath: '/capabilities.yaml' };
const config = configSchema.parse(paths);
const times = { count: 1, minMs: 1, meanMs: 1, p50Ms: 1, p90Ms: 1, p99Ms: 1, maxMs: 1, rate: 200, bins: [] };
const figures = { emittedPerSecond: 5_000, emittedInBatchesPerSecond: 50_000, latency: times };

describe('what a machine holds', () => {
  it.each([
    [4_000, 'OK', 0],
    [999, 'WARNING', 2],
    [99, 'CRITICAL', 2],
  ])('of %i signals a second is %s by the targets of the document', (handledPerSecond, status, steps) => {
    const report = judgeLoad({ ...figures, handledPerSecond }, '/disk', config);
    expect(report).toMatchObject({ status, targets: { warning: 1_000, critical: 100 } });
    expect(report.next).toHaveLength(steps);
  });
});
