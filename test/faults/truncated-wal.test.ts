import { statSync, truncateSync } from 'node:fs';
import { once } from 'node:events';
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chemicalBus } from '../../src/daemons/chemical-bus.js';
import { systemClock } from '../../src/lib/base/clock.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import { readHighWater } from '../../src/lib/bus/embedded/high-water.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import { runDaemon } from '../../src/lib/runtime/run-daemon.js';
import { removeHome, silentLog, temporaryConfig, until } from '../helpers/colony.js';
import { printFigures } from '../helpers/figures.js';
import { signalOf } from '../helpers/signals.js';

const HUB = fileURLToPath(new URL('../../bench/children/daemon.ts', import.meta.url));
const EMITTER = fileURLToPath(new URL('../helpers/emitter-worker.ts', import.meta.url));
/** Their write-ahead log is smaller than what the hub copies, so that all of them are in it. */
const SIGNALS = 120;

describe('a write-ahead log that was cut off', () => {
  let config: Config;
  beforeEach(async () => {
    config = await temporaryConfig();
  });
  afterEach(() => removeHome(config));

  async function start(file: string, args: readonly string[]): Promise<ChildProcess> {
    const child = fork(file, args, { execArgv: ['--import', 'tsx'] });
    await once(child, 'message');
    return child;
  }

  async function kill(child: ChildProcess): Promise<void> {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  it.for([0, 0.1, 0.9])('to %d of its length is reported, and positions resume above what was seen', async (share) => {
    const { journal } = pathsOf(config);
    const hub = await start(HUB, ['hub', JSON.stringify(config)]);
    const emitter = await start(EMITTER, [JSON.stringify(config), String(SIGNALS)]);
    await until('the hub has noted how far it was', () => readHighWater(journal) === SIGNALS);
    await kill(emitter);
    await kill(hub);
    const wal = `${journal}-wal`;
    const { size } = statSync(wal);
    truncateSync(wal, Math.floor(size * share));

    let lines = '';
    const log = pino({ level: 'error' }, { write: (line: string) => void (lines += line) });
    const again = await runDaemon(chemicalBus, { config, clock: systemClock, log, random: Math.random });
    const bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'test' });
    const left = await bus.newest();
    expect(left).toBeLessThan(SIGNALS);
    expect(lines).toContain(`The journal lost ${SIGNALS - left} signals`);
    const signal = signalOf('Q_AFTER');
    await bus.emit([signal]);
    expect((await bus.find(signal.id))!.seq).toBe(SIGNALS + 1);
    await bus.close();
    await again.stop();
    printFigures('truncated-wal', { walBytes: size, keptShare: share, signals: SIGNALS, left });
  });
});
