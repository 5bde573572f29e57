import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { linkToSystemd, systemdLink } from '../../../src/lib/runtime/sd-notify.js';

describe('what systemd hears', () => {
  let said: string[];
  let isAlive: boolean;
  const vitals = () => ({ isAlive, words: 'Waits for signals' });
  beforeEach(() => {
    vi.useFakeTimers();
    said = [];
    isAlive = true;
  });
  afterEach(() => vi.useRealTimers());
  const link = (limitMs?: number) => systemdLink((text) => said.push(text), limitMs);

  it('is that a daemon is ready, that it lives, and that it stops by intent', () => {
    const systemd = link(4_000);
    systemd.ready(vitals);
    vi.advanceTimersByTime(2_000);
    systemd.stopping();
    vi.advanceTimersByTime(20_000);
    expect(said).toEqual([
      'READY=1\nSTATUS=Waits for signals',
      'WATCHDOG=1\nSTATUS=Waits for signals',
      'STOPPING=1\nSTATUS=Finishes what it has begun',
    ]);
  });

  it('is no sign of life from a loop that stands still, but why', () => {
    link(4_000).ready(vitals);
    isAlive = false;
    vi.advanceTimersByTime(2_000);
    expect(said.at(-1)).toBe('STATUS=Waits for signals');
  });

  it('is that it reads its settings anew, at a time that only grows, and is ready once more', () => {
    const systemd = link(4_000);
    systemd.ready(vitals);
    systemd.reloading();
    systemd.ready(vitals);
    vi.advanceTimersByTime(1_000);
    systemd.reloading();
    const times = said.flatMap((text) => /^RELOADING=1\nMONOTONIC_USEC=(\d+)\n/.exec(text)?.slice(1) ?? []);
    expect(BigInt(times[1] ?? 0)).toBeGreaterThan(BigInt(times[0] ?? 0));
    expect(said[2]).toBe('READY=1\nSTATUS=Waits for signals');
    said.length = 0;
    vi.advanceTimersByTime(2_000);
    expect(said).toHaveLength(1);
  });

  it('is how it is also without a watchdog', () => {
    link().ready(vitals);
    vi.advanceTimersByTime(10_000);
    expect(said).toHaveLength(2);
  });

  it('is nothing from a process that it did not start', async () => {
    expect(await linkToSystemd({})).toBeUndefined();
  });
});
