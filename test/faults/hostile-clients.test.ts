import { statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tellSupervisor } from '../../src/lib/supervise/control-client.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import { removeHome, temporaryConfig } from '../helpers/colony.js';
import { campaign, printFigures, rounded } from '../helpers/figures.js';
import { attack, waysOf } from '../helpers/hostile-clients.js';
import { peakMb } from '../helpers/process-memory.js';
import { startUp, type Up } from '../helpers/up.js';

const CLIENTS = campaign('CLIENTS', { bounded: 5_000, full: 100_000 });
const MOST_MB = 300;

describe('a supervisor at whose socket hostile clients come', () => {
  let config: Config;
  let colony: Up;
  beforeEach(async () => {
    config = await temporaryConfig();
    colony = startUp({ KLOROS_HOME: config.home, KLOROS_PORT_BASE: String(config.portBase) });
    await colony.ready();
  });
  afterEach(async () => {
    await colony.end('SIGTERM');
    removeHome(config);
  });

  it('keeps its daemons, answers others meanwhile, and grows by no memory', async () => {
    const path = pathsOf(config).control;
    const question = '{"do":"status","names":[]}\n';
    const ways = {
      ...waysOf(question),
      'says what is JSON and no request': waysOf('{"do":{}}\n')['closes one half after its question'],
    };
    let isOver = false;
    const attacked = attack(
      { path },
      Object.values(ways).filter((way) => way !== undefined),
      { count: CLIENTS, atOnce: 100 },
    ).finally(() => (isOver = true));
    let answered = 0;
    while (!isOver) {
      const status = await tellSupervisor(path, { do: 'status', names: [] });
      expect(status?.daemons.filter(({ state }) => state !== 'RUNNING')).toEqual([]);
      answered += 1;
    }
    await attacked;
    expect(colony.events.filter(({ state }) => state === 'BACKOFF' || state === 'FATAL')).toEqual([]);
    expect(statSync(path).isSocket()).toBe(true);
    const mb = peakMb(colony.pid);
    printFigures('hostile clients', { clients: CLIENTS, answered, mb: rounded(mb) });
    expect(mb).toBeLessThan(MOST_MB);
  });
});
