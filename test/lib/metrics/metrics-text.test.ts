import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chemicalBus } from '../../../src/daemons/chemical-bus.js';
import { daemons } from '../../../src/daemons/index.js';
import { systemClock } from '../../../src/lib/base/clock.js';
import { PermanentError } from '../../../src/lib/base/errors.js';
import { endpointsOf, pathsOf } from '../../../src/lib/config/paths.js';
import { collectors } from '../../../src/lib/metrics/families/index.js';
import { metricsReader } from '../../../src/lib/metrics/open-metrics.js';
import type { Member } from '../../../src/lib/metrics/view.js';
import { defineDaemon } from '../../../src/lib/runtime/define-daemon.js';
import { removeHome, silentLog, temporaryConfig, until } from '../../helpers/colony.js';
import { hasPromtool, promtool } from '../../helpers/promtool.js';
import { startColony, type TestColony } from '../../helpers/run.js';
import { peer } from '../../../src/lib/signals/origin.js';
import { signalOf } from '../../helpers/signals.js';
import { DOORS, forged } from '../../helpers/strangers.js';

const reading = (config: TestColony['config'], members: readonly Member[] = daemons) =>
  metricsReader({ config, clock: systemClock, log: silentLog, members });

/** Lines of one metric, by its labels; without labels under ''. */
function valuesOf(text: string, name: string): Record<string, number> {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(name.length, at).replaceAll(/[{}"]/g, ''), Number(line.slice(at))];
    }),
  );
}

describe('the figures of a home in which nothing has run', () => {
  it('are zero and not absent, and the home stays as it was', async () => {
    const config = await temporaryConfig();
    const text = await reading(config)();
    expect(valuesOf(text, 'kloros_signals_total')).toMatchObject({
      'signal=Q_MODULE_DISCOVERED': 0,
      'signal=other': 0,
    });
    expect(valuesOf(text, 'kloros_dead_letters_oldest_age_seconds')).toEqual({ '': 0 });
    expect(valuesOf(text, 'kloros_handling_seconds_count')).toMatchObject({ 'daemon=dream_consumer_daemon': 0 });
    expect(Object.values(valuesOf(text, 'kloros_exporter_collector_up'))).toEqual(collectors.map(() => 1));
    expect(Object.keys(valuesOf(text, 'kloros_daemon_up'))).toHaveLength(daemons.length);
    removeHome(config);
  });
});

describe('the figures of a colony', () => {
  let colony: TestColony;
  beforeEach(async () => {
    colony = await startColony({ delivery: { backoffMs: 1, maxBackoffMs: 2, pollMs: 20 } });
  });
  afterEach(() => colony.end());

  /** Fails at first where `times` says so. */
  const worker = defineDaemon({
    name: 'worker',
    purpose: 'test',
    hears: ['Q_DREAM_TRIGGER'],
    says: [],
    handle: ({ facts }, { attempt }) => {
      if (facts['reason'] === 'never')
        throw new PermanentError({ code: 'NEVER', message: 'never', why: 'it is a test' });
      if (attempt === 1) throw new Error('not yet');
    },
  });

  it('tell of signals, attempts, times, lag, dead letters and processes', async () => {
    const running = await colony.start(worker);
    const trigger = (reason: string) => signalOf('Q_DREAM_TRIGGER', { reason, topic: null, promotion_count: 1 });
    await colony.bus.emit([trigger('again'), trigger('never'), signalOf('X_A'), signalOf('constructor')]);
    const isSettled = async () => (await colony.bus.consumers()).every(({ lag, waiting }) => lag + waiting === 0);
    await until('all is settled', isSettled);
    await until('its failure is on file', async () => (await colony.bus.deadLetters(0)).length === 1);
    await running.stop();
    await colony.bus.emit([trigger('later')]);
    const members = [worker, { name: 'idle', hears: ['Q_X'] }];
    const text = await reading(colony.config, members)();
    expect(valuesOf(text, 'kloros_signals_total')).toMatchObject({ 'signal=Q_DREAM_TRIGGER': 3, 'signal=other': 2 });
    expect(valuesOf(text, 'kloros_attempts_total')).toMatchObject({
      'daemon=worker,outcome=handled': 1,
      'daemon=worker,outcome=retried': 1,
      'daemon=worker,outcome=dead': 1,
      'daemon=idle,outcome=handled': 0,
    });
    expect(valuesOf(text, 'kloros_handling_seconds_bucket')['le=+Inf,daemon=worker']).toBe(3);
    expect(valuesOf(text, 'kloros_handling_seconds_count')).toEqual({ 'daemon=worker': 3, 'daemon=idle': 0 });
    expect(valuesOf(text, 'kloros_waiting_seconds_count')).toEqual({ 'daemon=worker': 2, 'daemon=idle': 0 });
    expect(valuesOf(text, 'kloros_consumer_signals')).toMatchObject({ 'daemon=worker,state=unfetched': 1 });
    expect(valuesOf(text, 'kloros_daemon_up')).toEqual({ 'daemon=worker': 0, 'daemon=idle': 0 });
  });

  it('go on counting when a daemon is started anew, and instances are summed up', async () => {
    const trigger = () => signalOf('Q_DREAM_TRIGGER', { reason: 'x', topic: null, promotion_count: 1 });
    const handled = async () => {
      const text = await reading(colony.config, [worker])();
      return valuesOf(text, 'kloros_attempts_total')['daemon=worker,outcome=handled'];
    };
    for (const [options, sum] of [
      [{}, 1],
      [{}, 2],
      [{ instance: '2' }, 3],
    ] as const) {
      const running = await colony.start(worker, options);
      await colony.bus.emit([trigger()]);
      await until('it is settled', async () => (await colony.bus.consumers())[0]?.lastHandledAtMs !== null);
      await until('nothing is left', async () => {
        const [status] = await colony.bus.consumers();
        return status !== undefined && status.lag + status.waiting + status.running === 0;
      });
      await running.stop();
      expect(await handled()).toBe(sum);
    }
  });

  it('have no series for names that somebody made up', async () => {
    await colony.bus.emit(Array.from({ length: 50 }, (_, index) => signalOf(`INVENTED_${index}`)));
    const rows = Array.from({ length: 50 }, (_, index) =>
      JSON.stringify({
        signal: { signal: 'Q_X' },
        error: 'E: x',
        daemon: `invented-${index}`,
        timestamp: '2025-11-20T00:00:00Z',
      }),
    );
    appendFileSync(pathsOf(colony.config).failedSignals, `${rows.join('\n')}\n`);
    const place = { from: 'beginning', maxAttempts: 1, ordered: false, urgentFirst: false } as const;
    await (await colony.bus.consumer({ name: 'worker', hears: ['INVENTED_0'], ...place })).close();
    await colony.bus.emit([signalOf('INVENTED_0')], peer('anonymous', 'observe'));
    const text = await reading(colony.config, [worker])();
    expect(text.toLowerCase()).not.toContain('invented');
    expect(valuesOf(text, 'kloros_signals_total')['signal=other']).toBe(51);
    expect(valuesOf(text, 'kloros_signals_refused_total')).toEqual({
      'daemon=worker,signal=other,origin=peer:anonymous,reason=authority': 1,
    });
    expect(valuesOf(text, 'kloros_dead_letters')).toEqual({ 'daemon=worker': 0, 'daemon=other': 50 });
  });

  it('count at its socket what came twice, and what was too large', async () => {
    const twice = forged('X_TWICE', {});
    const large = forged('X_LARGE', { text: 'x'.repeat(colony.config.bus.maxFrameBytes) });
    await DOORS.get('port_7776')?.send(colony.config, [twice, twice, large]);
    const at = `daemon=${chemicalBus.name},socket=${new URL(endpointsOf(colony.config).xsub).port}`;
    await until('both are counted', async () => {
      const text = await reading(colony.config)();
      const isRepeated = valuesOf(text, 'kloros_wire_repeated_total')[at] === 1;
      return isRepeated && valuesOf(text, 'kloros_wire_beyond_bounds_total')[`${at},bound=dropped`] === 1;
    });
  });

  it('are there even where one source of them cannot be read, and say so', async () => {
    const { figures } = pathsOf(colony.config);
    mkdirSync(dirname(figures), { recursive: true });
    writeFileSync(figures, 'no folder');
    const text = await reading(colony.config)();
    expect(valuesOf(text, 'kloros_exporter_collector_up')).toMatchObject({
      'collector=handling': 0,
      'collector=home': 1,
    });
    expect(valuesOf(text, 'kloros_attempts_total')).toEqual({});
  });

  // Skipped where Debian's package prometheus is not installed.
  it.skipIf(!hasPromtool)('are to the liking of promtool', async () => {
    await colony.bus.emit([signalOf('X_A')]);
    expect(promtool(['check', 'metrics'], await reading(colony.config)())).toEqual({ ok: true, said: '' });
  });
});
