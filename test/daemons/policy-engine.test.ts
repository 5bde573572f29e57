import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { policyEngine } from '../../src/daemons/policy-engine.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Decision } from '../../src/lib/policy/decision.js';
import { DecisionLog } from '../../src/lib/policy/decision-log.js';
import type { Facts } from '../../src/lib/signals/envelope.js';
import { until } from '../helpers/colony.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { chained, signalOf } from '../helpers/signals.js';

let colony: TestColony;
beforeEach(async () => {
  colony = await startColony({ policy: { checkMs: 20 }, delivery: { pollMs: 20 } });
});
afterEach(() => colony.end());

const promotions = (set: string) =>
  signalOf('Q_PROMOTIONS_DETECTED', { unacknowledged_count: 2, promotion_count: 2, promotion_set: set });

/** What was said under a name, in order. */
async function said(name: string) {
  return (await colony.bus.browse({ signals: [name] })).map(({ signal }) => signal);
}

async function decisions(): Promise<Decision[]> {
  const path = pathsOf(colony.config).policyDecisions;
  const log = new DecisionLog({ path, maxBytes: 1e6, keepDays: 1 });
  return log.newest(100);
}

/** An edit of policies.yaml, and what it leads to. */
async function edit(text: string, isThere: () => Promise<boolean>): Promise<void> {
  writeFileSync(pathsOf(colony.config).policies, text);
  await until('the edit is noticed', isThere);
}

describe('kloros_policy_engine', () => {
  it('says one trigger for eleven advisories, whose cause and answer it knows', async () => {
    await colony.start(policyEngine);
    await colony.bus.emit([...Array(11).keys()].map(() => promotions('a')));
    await until('all are decided', async () => (await decisions()).length === 11);
    const [trigger, ...others] = await said('Q_DREAM_TRIGGER');
    expect(others).toEqual([]);
    const first = (await decisions()).at(-1);
    expect(trigger).toMatchObject({ id: first?.said?.id, cause_id: first?.signal.id });
    const facts: Facts = { cycle_id: 'c', success: true };
    await colony.bus.emit([chained(trigger!, 'Q_DREAM_COMPLETE', facts)]);
    await until('the answer is noted', async () => (await decisions())[0]?.outcome === 'noted');
    expect((await decisions())[0]?.reason).toContain(trigger?.id);
    expect(Object.keys(await colony.bus.state('kloros_policy_engine'))).toEqual([
      'clock',
      'rule:promotions_start_a_cycle',
    ]);
  });

  it('tries a failed cycle again when its pause is over, also after a restart in between', async () => {
    writeFileSync(
      pathsOf(colony.config).policies,
      'rules: [{name: promotions_start_a_cycle, retries: {most: 1, pause: 50ms}}]',
    );
    const engine = await colony.start(policyEngine);
    await colony.bus.emit([promotions('a')]);
    await until('it triggers', async () => (await said('Q_DREAM_TRIGGER')).length === 1);
    const [trigger] = await said('Q_DREAM_TRIGGER');
    await colony.bus.emit([chained(trigger!, 'Q_DREAM_COMPLETE', { cycle_id: 'c', success: false })]);
    await until('the failure is noted', async () => (await decisions())[0]?.outcome === 'waits');
    await engine.stop();
    await colony.start(policyEngine);
    await until('it triggers again', async () => (await said('Q_DREAM_TRIGGER')).length === 2);
    const second = (await said('Q_DREAM_TRIGGER'))[1];
    const due = await said('Q_POLICY_DUE');
    expect(due).toHaveLength(1);
    expect(second).toMatchObject({ cause_id: due[0]?.id, facts: { promotion_count: 2 } });
    await colony.bus.emit([chained(second!, 'Q_DREAM_COMPLETE', { cycle_id: 'd', success: false })]);
    await until('it gives up', async () => (await said('Q_HEALTH_ALERT')).length === 1);
    expect((await said('Q_HEALTH_ALERT'))[0]?.facts).toMatchObject({ alert_type: 'policy_retries_exhausted' });
  });

  it('refuses a bad edit with one alert, keeps the old rules over a restart, and takes the mended one', async () => {
    const mine = (say: string) => `rules: [{name: mine, hears: Q_MODULE_DISCOVERED, say: ${say}}]`;
    const config = { policy: { checkMs: 20, alsoSays: ['Q_ONE', 'Q_TWO'] }, delivery: { pollMs: 20 } };
    await colony.end();
    colony = await startColony(config);
    const engine = await colony.start(policyEngine);
    const state = () => colony.bus.state('kloros_policy_engine');
    await edit(mine('Q_ONE'), async () => 'policies:accepted' in (await state()));
    await edit(mine('Q_DREEM_TRIGGER'), async () => 'policies:refused' in (await state()));
    await engine.stop();
    await colony.start(policyEngine);
    await colony.bus.emit([signalOf('Q_MODULE_DISCOVERED', { module_name: 'audio' })]);
    await until('the old rule acts', async () => (await said('Q_ONE')).length === 1);
    const alerts = await said('Q_HEALTH_ALERT');
    expect(alerts.map(({ facts }) => facts['alert_type'])).toEqual(['policies_invalid']);
    expect(String(alerts[0]?.facts['metric_value'])).toContain('policies.yaml:1');
    await edit(mine('Q_TWO'), async () => !('policies:refused' in (await state())));
    await colony.bus.emit([signalOf('Q_MODULE_DISCOVERED', { module_name: 'video' })]);
    await until('the new rule acts', async () => (await said('Q_TWO')).length === 1);
  });

  it('writes decisions as lines of JSON, each with facts, rule and reason', async () => {
    await colony.start(policyEngine);
    await colony.bus.emit([promotions('a'), signalOf('Q_HEALTH_ALERT', { alert_type: 'disk_space_low' })]);
    await until('both are decided', async () => (await decisions()).length === 2);
    const lines = readFileSync(pathsOf(colony.config).policyDecisions, 'utf8').trimEnd().split('\n');
    const rows = lines.map((line) => JSON.parse(line) as Decision);
    expect(rows).toMatchObject([
      { outcome: 'acted', rule: 'promotions_start_a_cycle', facts: { unacknowledged_count: 2 } },
      { outcome: 'nothing', rule: null, reason: 'no rule hears Q_HEALTH_ALERT' },
    ]);
  });
});
