import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countLines, deadLetterCondition } from '../../../../src/lib/health/conditions/dead-letters.js';
import { diskCondition, usedDiskPercent } from '../../../../src/lib/health/conditions/disk.js';
import { FLOW_ANEW, flowChange } from '../../../../src/lib/health/conditions/flow-state.js';
import { memoryCondition, usedMemoryPercent } from '../../../../src/lib/health/conditions/memory.js';
import { outageCondition } from '../../../../src/lib/health/conditions/outages.js';
import { stalledCondition } from '../../../../src/lib/health/conditions/stalled-flow.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kloros-conditions-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HOUR_MS = 3_600_000;

describe('breakers', () => {
  const outage = { sinceMs: 1, probeAtMs: 2, error: 'ENOSPC: full' };
  const failing = (name: string) => ({ name, outages: [outage, outage] });
  const well = { name: 'well', outages: [] };

  it('are well while none is open, a warning when one is, critical when it is several', () => {
    expect(outageCondition([well])).toBeNull();
    expect(outageCondition([well, failing('a')])).toMatchObject({
      type: 'circuit_open',
      severity: 'warning',
      metricValue: 'a: ENOSPC: full',
    });
    expect(outageCondition([failing('a'), failing('b')])?.severity).toBe('critical');
  });
});

describe('the disk', () => {
  const disk = { warning: 80, critical: 90 };

  it('is well below the limit, a warning from it on, critical beyond the other, and never where both are zero', () => {
    expect(diskCondition(79.9, disk)).toBeNull();
    expect(diskCondition(85, disk)).toEqual({
      type: 'disk_space_low',
      severity: 'warning',
      metricValue: '85%',
      threshold: '80%',
      recommendedAction: 'cleanup_logs',
    });
    expect(diskCondition(90.1, disk)).toMatchObject({ severity: 'critical', threshold: '90%' });
    expect(diskCondition(100, { warning: 0, critical: 0 })).toBeNull();
  });

  it('is measured as df does', async () => {
    const used = await usedDiskPercent(folder);
    expect(used).toBeGreaterThan(0);
    expect(used).toBeLessThanOrEqual(100);
  });
});

describe('the memory', () => {
  it('counts what the kernel would give up as free', async () => {
    const path = join(folder, 'meminfo');
    writeFileSync(path, 'MemTotal:  1000 kB\nMemFree:  10 kB\nMemAvailable:  250 kB\n');
    expect(await usedMemoryPercent(path)).toBe(75);
  });

  it('is measured also where the kernel has no such file', async () => {
    const used = await usedMemoryPercent(join(folder, 'missing'));
    expect(used).toBeGreaterThan(0);
    expect(used).toBeLessThan(100);
  });

  it('is short from the limit on', () => {
    const memory = { warning: 90, critical: 95 };
    expect(memoryCondition(89, memory)).toBeNull();
    expect(memoryCondition(91.26, memory)).toMatchObject({
      severity: 'warning',
      metricValue: '91.3%',
      threshold: '90%',
    });
    expect(memoryCondition(95.1, memory)?.severity).toBe('critical');
  });
});

describe('the dead letters', () => {
  const limits = { warning: 10, critical: 100 };

  it('are counted as wc -l does, and none where there is no file', async () => {
    const path = join(folder, 'failed_signals.jsonl');
    expect(await countLines(path)).toBe(0);
    writeFileSync(path, `${'x'.repeat(100_000)}\n`.repeat(3) + 'no newline yet');
    expect(await countLines(path)).toBe(3);
  });

  it('are well below ten, and a systemic issue above a hundred', () => {
    expect(deadLetterCondition(9, limits)).toBeNull();
    expect(deadLetterCondition(10, limits)).toMatchObject({ severity: 'warning', metricValue: '10', threshold: '10' });
    expect(deadLetterCondition(100, limits)?.severity).toBe('warning');
    expect(deadLetterCondition(101, limits)).toMatchObject({ severity: 'critical', threshold: '100' });
  });

  it('are no condition while there are none, whatever the limit', () => {
    expect(deadLetterCondition(500, { warning: 0, critical: 0 })).toBeNull();
  });
});

describe('the flow', () => {
  /** Looks at a flow whose newest handled signal has this mark; what it keeps is kept. */
  const looks = (state: Record<string, unknown> = {}) => ({
    at(hour: number, lastHandledAtMs: number | null, { waiting = 1, aheadMs = 0 } = {}) {
      const now = { wallMs: hour * HOUR_MS + aheadMs, boot: 'boot', uptimeMs: hour * HOUR_MS };
      const { flow, change } = flowChange({ waiting, lastHandledAtMs }, state, now);
      for (const { key, value } of change) state[key] = value;
      return stalledCondition(flow, 2 * HOUR_MS);
    },
  });

  it('is stalled when signals wait and none was handled for long', () => {
    const flow = looks();
    expect([flow.at(2, HOUR_MS), flow.at(3.9, HOUR_MS)]).toEqual([null, null]);
    expect(flow.at(4.5, HOUR_MS)).toMatchObject({
      type: 'flow_stalled',
      severity: 'critical',
      metricValue: '1 waiting, none handled for 2.5 h',
      threshold: '2 h',
    });
    expect(flow.at(5, 4.9 * HOUR_MS)).toBeNull();
  });

  it('is not stalled at dawn in a colony that had nothing to do all night', () => {
    const flow = looks();
    expect([flow.at(1, 0, { waiting: 0 }), flow.at(9, 0), flow.at(10, 0)]).toEqual([null, null, null]);
  });

  it('keeps since when it stands still over a restart, and forgets it when nothing waits or it was held back', () => {
    const state = {};
    looks(state).at(1, null);
    expect(looks(structuredClone(state)).at(9, null)).not.toBeNull();
    expect(looks({ ...state, [FLOW_ANEW.key]: FLOW_ANEW.value }).at(9, null)).toBeNull();
    const rested = looks(state);
    expect([rested.at(9, null, { waiting: 0 }), rested.at(10, null)]).toEqual([null, null]);
  });

  it.each([8_760 * HOUR_MS, -8_760 * HOUR_MS])(
    'is stalled when its time is over and not before, where the wall clock is set by %i ms',
    (aheadMs) => {
      const flow = looks();
      expect([flow.at(1, HOUR_MS), flow.at(2.9, HOUR_MS, { aheadMs })]).toEqual([null, null]);
      expect(flow.at(3.1, HOUR_MS, { aheadMs })).not.toBeNull();
    },
  );
});
