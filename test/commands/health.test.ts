import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import Health from '../../src/commands/health.js';
import type { Config } from '../../src/lib/config/schema.js';
import type { HealthReport } from '../../src/lib/health/run-checks.js';
import { kloros, type CliResult } from '../helpers/cli.js';
import { removeHome, temporaryConfig, until } from '../helpers/colony.js';
import { examplesOf } from '../helpers/examples.js';
import { hasPromtool, promtool } from '../helpers/promtool.js';
import { makeSmallDisk, whyNoSmallDisk } from '../helpers/small-disk.js';
import { startUp, type Up } from '../helpers/up.js';

/** Limits that tell how busy the machine of the test is, and nothing of the colony. */
const PATIENT = {
  KLOROS_HEALTH_ROUND_TRIP_MS: '0',
  KLOROS_HEALTH_ROUND_TRIP_TIMEOUT_MS: '60000',
  KLOROS_HEALTH_CAPACITY_CRITICAL: '0',
  KLOROS_HEALTH_UPTIME_CRITICAL_PERCENT: '0',
};

let config: Config;
let env: Record<string, string>;
let up: Up | undefined;
beforeEach(async () => {
  config = await temporaryConfig();
  env = { KLOROS_HOME: config.home, KLOROS_PORT_BASE: String(config.portBase), ...PATIENT };
});
afterEach(async () => {
  await up?.end('SIGKILL');
  up = undefined;
  removeHome(config);
});

const health = (...args: string[]) => kloros(['health', ...args], { env });
const reportOf = ({ stdout }: CliResult) => (JSON.parse(stdout) as { result: HealthReport }).result;
/** What a busy machine cannot disturb. */
const STEADY = ['--skip', 'cpu', '--skip', 'throughput', '--skip', 'disk', '--skip', 'uptime'];

async function start(...daemons: string[]): Promise<Up> {
  up = startUp(
    env,
    daemons.flatMap((name) => ['--only', name]),
  );
  await up.ready();
  return up;
}

describe('kloros health', () => {
  it('of a home in which nothing runs is critical, and leaves nothing there', async () => {
    const nothing = await health('--failed', '--check', 'daemons', '--check', 'dead-letters');
    expect(nothing).toMatchObject({ code: 2, stderr: '' });
    expect(nothing.stdout).toMatch(
      /^CHECK +IS +BECAUSE\ndaemons +CRITICAL +no daemon runs in this home\n +→ kloros up\n/,
    );
    expect(nothing.stdout).not.toContain('dead-letters');
  });

  it('waits until the colony is there, and then is well', async () => {
    up = startUp(env);
    const waited = await health('--wait', '--timeout', '60s', '--json', ...STEADY);
    expect(reportOf(waited)).toMatchObject({ status: 'OK' });
    expect(waited.code).toBe(0);
  });

  it('waits no longer than it was told, and answers what is so', async () => {
    const waited = await health('--wait', '--timeout', '0s', '--check', 'daemons');
    expect(waited).toMatchObject({ code: 2, stdout: expect.stringContaining('no daemon runs') as string });
  });

  it('sees a daemon that was killed and came back', async () => {
    const colony = await start('chemical-bus', 'orchestrator-monitor');
    const first = colony.pidOf('orchestrator_monitor');
    process.kill(first, 'SIGKILL');
    await until('it is counted', async () => {
      const { code } = await health('--check', 'restarts', '--check', 'daemons');
      return code === 1;
    });
    const { stdout } = await health('--check', 'restarts');
    expect(stdout).toContain('orchestrator_monitor 1 in a week, 1 in a day; last: it was ended by SIGKILL');
  });

  it('sees a consumer that stands still while signals wait for it', async () => {
    const colony = await start('chemical-bus', 'investigation-consumer');
    process.kill(colony.pidOf('investigation_consumer_daemon'), 'SIGSTOP');
    for (let said = 0; said < 2; said += 1)
      await kloros(['bus', 'emit', 'Q_CURIOSITY_INVESTIGATE', '--example'], { env });
    const lag = ['--check', 'lag', '--threshold'];
    expect(await health(...lag, 'lagWarning=2')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('investigation_consumer_daemon has 2 waiting') as string,
    });
    expect(await health(...lag, 'lagCritical=1')).toMatchObject({ code: 2 });
    process.kill(colony.pidOf('investigation_consumer_daemon'), 'SIGCONT');
    await until('it has caught up', async () => (await health(...lag, 'lagWarning=1')).code === 0);
  });

  const noDisk = whyNoSmallDisk();
  it.skipIf(noDisk !== undefined)('sees a disk that is full, and again that it is not', async () => {
    const disk = makeSmallDisk(64);
    try {
      const home = { env: { ...env, KLOROS_HOME: join(disk.folder, 'home') } };
      await kloros(['bus', 'emit', 'OBSERVATION'], home);
      const look = () => kloros(['health', '--check', 'disk'], home);
      expect((await look()).code).toBe(0);
      disk.fill();
      expect(await look()).toMatchObject({ code: 2, stdout: expect.stringContaining('CRITICAL') as string });
      disk.free();
      expect((await look()).code).toBe(0);
    } finally {
      disk.end();
    }
  });

  it('takes other limits for one look, times with their unit too', async () => {
    const rest = ['--check', 'disk', '--json'];
    const full = await health(
      '--threshold',
      'diskWarningPercent=0.0001',
      '--threshold',
      'diskCriticalPercent=0',
      ...rest,
    );
    expect(full.code).toBe(1);
    expect(reportOf(full).checks[0]?.figures[0]).toMatchObject({ name: 'used_percent', warning: 0.0001 });
    expect((await health('--threshold', 'health.stalledMs=30m', ...rest)).code).not.toBe(3);
  });

  it.each([
    { args: ['--check', 'dead-leters'], message: 'did you mean dead-letters?' },
    { args: ['--threshold', 'lagWarnin=1'], message: 'did you mean lagWarning?' },
    { args: ['--threshold', 'lagWarning=many'], message: 'a threshold is a number' },
    { args: ['--threshold', 'lagWarning'], message: 'a threshold is NAME=VALUE' },
  ])('answers UNKNOWN to $args, and says what was meant', async ({ args, message }) => {
    const { code, stderr } = await health(...args);
    expect(code).toBe(3);
    expect(stderr).toContain(message);
  });
});

describe('kloros health of a hub that runs', () => {
  let home: Config;
  let own: Record<string, string>;
  let hub: Up;
  beforeAll(async () => {
    home = await temporaryConfig();
    own = { KLOROS_HOME: home.home, KLOROS_PORT_BASE: String(home.portBase), ...PATIENT };
    hub = startUp(own, ['--only', 'chemical-bus']);
    await hub.ready();
  });
  afterAll(async () => {
    await hub.end('SIGKILL');
    removeHome(home);
  });
  const look = (...args: string[]) => kloros(['health', ...args], { env: own });

  it('is a monitoring plugin, with its figures and limits', async () => {
    const { code, stdout } = await look('--check', 'daemons', '--check', 'dead-letters', '--output', 'nagios');
    expect(code).toBe(0);
    expect(stdout).toBe(
      "KLOROS OK - 2 checks are well | 'daemons.up.chemical_bus'=1 'dead-letters.open'=0;10;100 'dead-letters.oldest_age_seconds'=0s;86400\n",
    );
  });

  it('is Prometheus text, to the liking of promtool where that is installed', async () => {
    const whole = await look('--output', 'prometheus');
    if (hasPromtool) expect(promtool(['check', 'metrics'], whole.stdout)).toEqual({ ok: true, said: '' });
    const { stdout } = await look('--check', 'daemons', '--output', 'prometheus');
    expect(stdout.split('\n')).toContain('kloros_health_status{check="daemons"} 0');
    expect(stdout.split('\n')).toContain('kloros_health_daemons_up{daemon="chemical_bus"} 1');
  });

  it.each(examplesOf(Health))('runs its example %s', async (example) => {
    const { code, stdout, stderr } = await kloros(example.split(' '), { env: own });
    expect([0, 1], stdout).toContain(code);
    expect(stderr).toBe('');
  });
});
