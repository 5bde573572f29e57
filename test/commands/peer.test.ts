import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kloros } from '../helpers/cli.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { until } from '../helpers/colony.js';
import { signalOf } from '../helpers/signals.js';
import { peer as peerOf } from '../../src/lib/signals/origin.js';

let colony: TestColony;
let env: Record<string, string>;
beforeEach(async () => {
  colony = await startColony();
  env = { KLOROS_HOME: colony.config.home, KLOROS_PORT_BASE: String(colony.config.portBase) };
});
afterEach(() => colony.end());

const peer = (...args: string[]) => kloros(['peer', ...args], { env });
const hasZmq = spawnSync('/usr/bin/python3', ['-c', 'import zmq'], { stdio: 'ignore' }).status === 0;

describe('kloros peer', () => {
  it('adds a peer, lists and shows it, and removes it', async () => {
    const added = await peer('add', 'sensor', '--level', 'act', '--allow', 'SENSOR_*', '--rate', '5', '--yes');
    expect(added.stdout).toMatch(/^sensor {2}may act$/m);
    expect(added.stdout).toMatch(/^Secret key {2}\S{40} /m);
    expect((await peer('list')).stdout).toMatch(/^sensor +act +SENSOR_\* +5\/s +127\.0\.0\.1:\d+-\d+/m);
    const shown = await peer('show', 'sensor');
    expect(shown.stdout).toMatch(/^Asks +tcp:\/\/127\.0\.0\.1:\d+/m);
    expect(shown.stdout).not.toContain('Secret');
    expect((await peer('remove', 'sensor', '--yes')).stdout).toBe('Removed sensor\n');
    expect((await peer('list')).stdout).toMatch(/^No peer has keys/);
  });

  it('changes nothing in a dry run, nor unasked, and names what is wrong', async () => {
    expect((await peer('add', 'sensor', '--dry-run')).stdout).toMatch(/^Would add: sensor may ask/);
    expect((await peer('add', 'sensor')).code).toBe(2);
    expect((await peer('add', 'anonymous', '--yes', '--json')).stdout).toContain('INVALID_PEER_NAME');
    expect((await peer('show', 'nobody')).code).toBe(3);
    expect(JSON.parse((await peer('list', '--json')).stdout)).toMatchObject({ result: [] });
  });

  it.skipIf(!hasZmq)('prints a Python program that works as it is', async () => {
    const { stdout: program } = await peer('add', 'python', '--python', '--yes');
    const [, port = ''] = /127\.0\.0\.1:(\d+)/.exec(program) ?? [];
    expect(port).not.toBe('');
    let answer = '';
    // The hub is in this process, and answers while it waits.
    await until('the hub has opened its doors', async () => {
      ({ stdout: answer } = await promisify(execFile)('/usr/bin/python3', ['-c', program], { timeout: 20_000 }));
      return answer.includes('accepted');
    });
    const recorded = await colony.bus.find((JSON.parse(answer) as { id: string }).id);
    expect(recorded?.from.origin).toBe('peer:python');
  });

  it('lists what was refused, to whom, and how often', async () => {
    expect((await peer('refused')).stdout).toBe('Nothing was refused\n');
    const spec = { hears: ['Q_A'], from: 'beginning', maxAttempts: 1, ordered: false, urgentFirst: false } as const;
    await colony.bus.consumer({ name: 'worker', ...spec });
    await colony.bus.emit([signalOf('Q_A'), signalOf('Q_A')], peerOf('anonymous', 'ask'));
    expect((await peer('refused')).stdout).toMatch(/^Q_A +peer:anonymous +ask +worker +2 /m);
    const health = await kloros(['health', '--check', 'refused'], { env });
    expect([health.code, health.stdout]).toEqual([1, expect.stringContaining('worker refused Q_A 2 times')]);
  });
});
