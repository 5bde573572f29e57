import { describe, expect, it } from 'vitest';
import { daemons } from '../../../src/daemons/index.js';
import { loadConfig } from '../../../src/lib/config/load.js';
import { reachOf } from '../../../src/lib/systemd/reach.js';
import { unitDaemons } from '../../../src/lib/systemd/unit-daemons.js';

describe('how far daemons may connect', () => {
  it.each([
    [{ host: '127.0.0.1', hub: {} }, []],
    [{ host: '::1', hub: {} }, []],
    [{ host: 'localhost', hub: {} }, ['http://localhost:11434/v1']],
    [{ host: '127.0.0.1', hub: { xsub: 'tcp://127.0.0.1:5556', xpub: undefined } }, ['http://[::1]/v1']],
  ])('is this machine for %j with %j', (wire, endpoints) => {
    expect(reachOf(wire, endpoints)).toBe('localhost');
  });

  it.each([
    [{ host: '0.0.0.0', hub: {} }, []],
    [{ host: '127.0.0.1', hub: {} }, ['https://models.example/v1']],
    [{ host: '127.0.0.1', hub: { xpub: 'tcp://10.0.0.7:5557' } }, []],
  ])('is anywhere for %j with %j', (wire, endpoints) => {
    expect(reachOf(wire, endpoints)).toBe('anywhere');
  });

  it('is further only for the daemon that speaks with another machine', async () => {
    const flags = {
      home: '/srv/home',
      'investigation.model.url': 'https://models.example/v1',
      'investigation.model.model': 'one',
    };
    const { config } = await loadConfig({ env: { HOME: '/srv' }, cwd: '/', flags, etcPath: '/srv/none' });
    const far = unitDaemons(daemons, config).filter(({ reach }) => reach === 'anywhere');
    expect(far.map(({ name }) => name)).toEqual(['investigation_consumer_daemon']);
  });
});
