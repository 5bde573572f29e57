import { appendFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import PolicyDecisions from '../../src/commands/policy/decisions.js';
import PolicyList from '../../src/commands/policy/list.js';
import PolicyTest from '../../src/commands/policy/test.js';
import { policyEngine } from '../../src/daemons/policy-engine.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import { kloros } from '../helpers/cli.js';
import { until } from '../helpers/colony.js';
import { examplesOf } from '../helpers/examples.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';

let colony: TestColony;
beforeEach(async () => {
  colony = await startColony({ delivery: { pollMs: 20 } });
});
afterEach(() => colony.end());

const env = () => ({ KLOROS_HOME: colony.config.home, KLOROS_PORT_BASE: String(colony.config.portBase) });
const policy = (...args: string[]) => kloros(['policy', ...args], { env: env() });
async function result(...args: string[]): Promise<{ id: string; outcome: string; said: { id: string } | null }[]> {
  const { stdout } = await policy(...args, '--json');
  return (JSON.parse(stdout) as { result: { id: string; outcome: string; said: { id: string } | null }[] }).result;
}

/** Two advisories about one set: the first acts, the second does not. */
async function decideTwice(): Promise<void> {
  await colony.start(policyEngine);
  const facts = { unacknowledged_count: 1, promotion_count: 1, promotion_set: 'a' };
  await colony.bus.emit([signalOf('Q_PROMOTIONS_DETECTED', facts), signalOf('Q_PROMOTIONS_DETECTED', facts)]);
  await until('both are decided', async () => (await result('decisions')).length === 2);
}

describe('kloros policy', () => {
  it('lists decisions, and explains one by its id, its beginning, and what was heard or said', async () => {
    await decideTwice();
    const [nothing, acted] = await result('decisions');
    expect([nothing?.outcome, acted?.outcome]).toEqual(['nothing', 'acted']);
    expect(await result('decisions', '--outcome', 'acted')).toEqual([acted]);
    for (const id of [acted!.id, acted!.id.slice(0, 6), acted!.said!.id])
      expect(await result('explain', id)).toEqual([acted]);
    const { stdout } = await policy('explain', nothing!.id);
    expect(stdout).toMatch(/✗ once +the same case was acted on by decision [0-9a-f]{10}/);
    expect((await policy('list')).stdout).toContain('1 in flight');
    const wrong = await policy('explain', 'zzzz', '--json');
    expect(wrong.code).toBe(3);
    expect(JSON.parse(wrong.stdout)).toMatchObject({ error: { code: 'DECISION_NOT_FOUND' } });
  });

  it('leaves out lines that are no decisions, and says so to people too', async () => {
    await decideTwice();
    appendFileSync(pathsOf(colony.config).policyDecisions, 'torn\n');
    const { stdout, stderr } = await policy('decisions', '--output', 'jsonl');
    expect(stdout.trim().split('\n')).toHaveLength(2);
    expect(stderr).toContain('1 line of');
  });

  it('says what it would do, and does nothing', async () => {
    const would = await result('test', 'promotions_detected', '--set', 'unacknowledged_count=7');
    expect(would).toMatchObject([{ outcome: 'acted', said: { facts: { promotion_count: 7 } } }]);
    expect((await policy('test', 'Q_PROMOTIONS_DETECTED')).stdout).toContain('would say Q_DREAM_TRIGGER');
    expect(await colony.bus.browse({})).toEqual([]);
    expect(await policy('decisions')).toMatchObject({ code: 3 });
    expect(await policy('test', 'Q_WINNER_DEPLOYED')).toMatchObject({ code: 2 });
    expect(await policy('test', 'Q_HEALTH_ALERT', '--at', 'noon')).toMatchObject({ code: 2 });
  });

  it('names line and key of a file that is wrong; the rules before it stay', async () => {
    writeFileSync(pathsOf(colony.config).policies, 'rules:\n  - name: promotions_start_a_cycle\n    cooldown: soon\n');
    const list = await policy('list', '--json');
    expect(list.code).toBe(1);
    expect(JSON.parse(list.stdout)).toMatchObject({
      status: 1,
      result: { version: 'built-in', rules: [{ name: 'promotions_start_a_cycle' }, {}] },
      warnings: [expect.stringContaining('policies.yaml:3') as string],
    });
    const test = await policy('test', 'Q_PROMOTIONS_DETECTED', '--json');
    expect(test.code).toBe(2);
    expect(JSON.parse(test.stdout)).toMatchObject({ error: { code: 'INVALID_POLICIES' } });
  });

  it.each([...examplesOf(PolicyList), ...examplesOf(PolicyTest), ...examplesOf(PolicyDecisions)])(
    'has an example that runs: %s',
    async (example) => {
      const { code, stdout } = await kloros(example.split(' '), { env: env() });
      expect(code).toBe(example.includes('decisions') ? 3 : 0);
      if (code === 0) expect(stdout).not.toBe('');
    },
  );
});
