import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import HealingList from '../../src/commands/healing/list.js';
import HealingTest from '../../src/commands/healing/test.js';
import HealingHistory from '../../src/commands/healing/history.js';
import { orchestratorMonitor } from '../../src/daemons/orchestrator-monitor.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Recorded } from '../../src/lib/bus/bus.js';
import { cannotRestart } from '../../src/lib/runtime/colony-door.js';
import { peer } from '../../src/lib/signals/origin.js';
import { kloros } from '../helpers/cli.js';
import { anyMachine, until } from '../helpers/colony.js';
import { examplesOf } from '../helpers/examples.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';

const INVESTIGATOR = 'investigation_consumer_daemon';

let colony: TestColony;
beforeEach(async () => {
  colony = await startColony({ delivery: { pollMs: 20 }, health: anyMachine, monitor: { intervalMs: 100 } });
});
afterEach(() => colony.end());

const env = () => ({ KLOROS_HOME: colony.config.home, KLOROS_PORT_BASE: String(colony.config.portBase) });
const healing = (...args: string[]) => kloros(['healing', ...args], { env: env() });

/** A timeout whose repair is refused, as nobody keeps the daemon. */
async function repairOnce(): Promise<void> {
  const restart = (daemon: string) => Promise.reject(cannotRestart(daemon));
  await colony.start(orchestratorMonitor, {
    keeper: { daemons: [{ name: INVESTIGATOR }], restarts: async () => [], restart },
  });
  const state = () => colony.bus.state('orchestrator_monitor');
  await until('the healer has looked', async () => 'healing:position' in (await state()));
  const facts = { question_id: 'q', timeout_seconds: 1, suggested_action: 'restart_investigation_consumer' };
  await colony.bus.emit([signalOf('Q_INVESTIGATION_TIMEOUT', { ...facts, daemon: INVESTIGATOR })]);
  await until('it is judged', async () => (await colony.bus.browse({ signals: ['Q_REPAIR_JUDGED'] })).length > 0);
}

describe('kloros healing', () => {
  it('tells what was repaired, why, and whether it helped; and what stands still since', async () => {
    await repairOnce();
    const [{ signal: started }] = (await colony.bus.browse({ signals: ['Q_REPAIR_STARTED'] })) as [Recorded];
    // A peer that may act says that there were others, and that this one was made.
    const forged = { ...signalOf('Q_REPAIR_MADE', { outcome: 'made' }), cause_id: started.id };
    await colony.bus.emit([signalOf('Q_REPAIR_STARTED', started.facts), forged], peer('anonymous', 'act'));
    const { stdout } = await healing('history', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      status: 0,
      result: [
        {
          rule: 'restart_the_silent_investigator',
          target: INVESTIGATOR,
          cause: { signal: 'Q_INVESTIGATION_TIMEOUT' },
          outcome: 'refused',
          helped: false,
        },
      ],
    });
    expect((await healing('history', '--daemon', 'dream-consumer')).code).toBe(3);
    expect((await healing('history', '--daemon', 'investigation-consumer', '--since', '1h')).code).toBe(0);
    expect((await healing('history', '--rule', 'another')).stdout).toContain('No repair matches');
    const lines = (await healing('history', '--output', 'jsonl')).stdout.trim().split('\n');
    expect(lines).toHaveLength(1);
    const list = JSON.parse((await healing('list', '--json')).stdout) as { result: { rules: object[] } };
    expect(list.result.rules[0]).toMatchObject({ repairs_last_hour: 1, budget: 3, still: [{ subject: INVESTIGATOR }] });
    expect((await healing('test', 'Q_INVESTIGATION_TIMEOUT', '--set', `daemon=${INVESTIGATOR}`)).stdout).toMatch(
      /✗ still +it stands still since/,
    );
  });

  it('says what it would do, and does nothing', async () => {
    const { stdout } = await healing('test', 'investigation_timeout');
    expect(stdout).toContain(`would restart_daemon ${INVESTIGATOR}`);
    expect(await colony.bus.browse({})).toEqual([]);
    const other = await healing('test', 'Q_INVESTIGATION_TIMEOUT', '--set', 'suggested_action=replay_dead_letter');
    expect(other.stdout).toContain('No rule would do anything');
    expect(await healing('test', 'Q_WINNER_DEPLOYED')).toMatchObject({ code: 2 });
  });

  it('names line and key of a file that is wrong; the rules before it stay', async () => {
    writeFileSync(pathsOf(colony.config).healing, 'rules:\n  - name: restart_who_falls_behind\n    cooldown: soon\n');
    const list = await healing('list', '--json');
    expect(list.code).toBe(1);
    expect(JSON.parse(list.stdout)).toMatchObject({
      status: 1,
      result: { version: 'built-in' },
      warnings: [expect.stringContaining('healing.yaml:3') as string],
    });
    const test = await healing('test', 'Q_INVESTIGATION_TIMEOUT', '--json');
    expect(test.code).toBe(2);
    expect(JSON.parse(test.stdout)).toMatchObject({ error: { code: 'INVALID_HEALING' } });
  });

  it.each([...examplesOf(HealingList), ...examplesOf(HealingTest), ...examplesOf(HealingHistory)])(
    'has an example that runs: %s',
    async (example) => {
      const { code, stdout } = await kloros(example.split(' '), { env: env() });
      expect(code).toBe(example.includes('history') ? 3 : 0);
      if (code === 0) expect(stdout).not.toBe('');
    },
  );
});
