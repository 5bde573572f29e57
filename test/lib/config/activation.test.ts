import { describe, expect, it } from 'vitest';
import { daemons } from '../../../src/daemons/index.js';
import { isOnDemand } from '../../../src/lib/config/activation.js';
import { configSchema } from '../../../src/lib/config/schema.js';

const resting = (activation: Record<string, unknown>) => {
  const config = configSchema.parse({
    home: '/home',
    sourceRoots: [],
    deployRoot: '/deployed',
    capabilitiesPath: '/capabilities.yaml',
    activation,
  });
  return daemons.filter((daemon) => isOnDemand(daemon, config)).map(({ name }) => name);
};

describe('activation on demand', () => {
  it('is for nobody unless it is asked for', () => {
    expect(resting({})).toEqual([]);
  });

  it('is for all but the hub, the router and the monitor, who look by themselves', () => {
    const names = resting({ default: 'on-demand' });
    expect(names).toContain('investigation_consumer_daemon');
    for (const name of ['chemical_bus', 'intent_router', 'orchestrator_monitor']) expect(names).not.toContain(name);
    expect(names).toHaveLength(daemons.length - 3);
  });

  it('is set for single daemons, by any spelling of their names', () => {
    expect(resting({ daemons: { 'winner-deployer': 'on-demand' } })).toEqual(['winner_deployer_daemon']);
    expect(resting({ default: 'on-demand', daemons: { winner_deployer_daemon: 'always' } })).not.toContain(
      'winner_deployer_daemon',
    );
  });
});
