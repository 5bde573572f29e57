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
  it('is stalled when signals wait and none was handled for long', () => {
    const flow = { waiting: 3, lastHandledAtMs: HOUR_MS, waitingSinceMs: 2 * HOUR_MS };
    expect(stalledCondition(flow, 2 * HOUR_MS, 3.9 * HOUR_MS)).toBeNull();
    expect(stalledCondition(flow, 2 * HOUR_MS, 4.5 * HOUR_MS)).toMatchObject({
      type: 'flow_stalled',
      severity: 'critical',
      metricValue: '3 waiting, none handled for 2.5 h',
      threshold: '2 h',
    });
  });

  it('is not stalled at dawn in a colony that had nothing to do all night', () => {
    const { flow, change } = flowChange({ waiting: 1, lastHandledAtMs: 0 }, {}, 9 * HOUR_MS);
    expect(change).toEqual([{ key: 'flow:waiting_since_ms', value: 9 * HOUR_MS }]);
    expect(stalledCondition(flow, 2 * HOUR_MS, 9 * HOUR_MS)).toBeNull();
  });

  it('keeps the time since which it waits over a restart, and forgets it when nothing waits', () => {
    const state = { 'flow:waiting_since_ms': HOUR_MS };
    const going = flowChange({ waiting: 1, lastHandledAtMs: null }, state, 9 * HOUR_MS);
    expect(going).toMatchObject({ flow: { waitingSinceMs: HOUR_MS }, change: [] });
    expect(stalledCondition(going.flow, 2 * HOUR_MS, 9 * HOUR_MS)).not.toBeNull();
    const rested = flowChange({ waiting: 0, lastHandledAtMs: null }, state, 9 * HOUR_MS);
    expect(rested.change).toEqual([{ key: 'flow:waiting_since_ms', value: null }]);
    const resumed = { ...state, [FLOW_ANEW.key]: FLOW_ANEW.value };
    expect(flowChange({ waiting: 1, lastHandledAtMs: null }, resumed, 9 * HOUR_MS).flow.waitingSinceMs).toBe(
      9 * HOUR_MS,
    );
  });
});
