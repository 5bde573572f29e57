import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isAlive, ownIdentity, signalProcess } from '../../../src/lib/base/process-identity.js';

describe('a signal to a process', () => {
  it('reaches the one that is meant, and never another that has its pid since', async () => {
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    const { bootId } = ownIdentity();
    const imposter = { bootId, pid, startTicks: '1' };
    const earlierBoot = { bootId: '00000000-0000-0000-0000-000000000000', pid, startTicks: startOf(pid) };
    expect([signalProcess(imposter, 'SIGKILL'), signalProcess(earlierBoot, 'SIGKILL')]).toEqual([false, false]);
    const meant = { bootId, pid, startTicks: startOf(pid) };
    expect(isAlive(meant)).toBe(true);
    const ended = once(child, 'exit');
    expect(signalProcess(meant, 'SIGKILL')).toBe(true);
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(signalProcess(meant, 0)).toBe(false);
  });
});

function startOf(pid: number): string {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
