import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { orchestratorMonitor } from '../../src/daemons/orchestrator-monitor.js';
import { ModuleWatch } from '../../src/lib/capabilities/module-watch.js';
import type { Config } from '../../src/lib/config/schema.js';
import { momentOf } from '../../src/lib/base/clock-step.js';
import { openHealer } from '../../src/lib/healing/open-healer.js';
import { openTimeoutWatch } from '../../src/lib/expectations/open-timeout-watch.js';
import type { Answer, Attempt, SourceBatch } from '../../src/lib/runtime/define-daemon.js';
import type { Draft, Signal } from '../../src/lib/signals/envelope.js';
import { checkFacts } from '../../src/lib/signals/facts.js';
import { anyMachine, until } from '../helpers/colony.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';
import { freshConfig, surroundings } from './surroundings.js';

const INTERVAL_MS = 1;

let config: Config;
let stop: AbortController;
beforeEach(() => {
  config = freshConfig({ health: anyMachine, monitor: { intervalMs: INTERVAL_MS } });
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  rmSync(dirname(config.home), { recursive: true, force: true });
});

/** Writes the registry. */
function register(...names: string[]): void {
  const entries = names.map((name) => `${name}:\n  module: src.${name}\n  enabled: true\n  py_files: 3\n`);
  writeFileSync(config.capabilitiesPath, `# by hand\n${entries.join('')}`);
}

/** What the monitor opens; it keeps its state outside of it. */
function watchesOf(env: Attempt) {
  const { capabilitiesPath: registryPath } = config;
  const modules = new ModuleWatch({ registryPath, clock: env.clock, state: () => env.state() });
  return { modules, timeouts: openTimeoutWatch(env, {}), healer: openHealer(env, {}) };
}

/** A monitor whose state is kept as the journal keeps it, at each commit. */
function monitor(state: Record<string, unknown> = {}, more: Partial<Attempt> = {}) {
  const { attempt } = surroundings(config);
  // A healer that is not new: its first look would be a batch of its own.
  state['healing:position'] ??= 0;
  state['healing:clock'] ??= momentOf(attempt.clock);
  const env: typeof attempt = { ...attempt, state: async () => ({ ...state }), ...more };
  const watches = watchesOf(env);
  const batches = orchestratorMonitor.source?.(env, stop.signal, watches);
  const rounds = batches?.[Symbol.asyncIterator]();
  const commit = (said: Exclude<Answer, void> | SourceBatch): Draft[] => {
    const { signals = [], state: changes = [] } = Array.isArray(said) ? { signals: said } : said;
    for (const { key, value } of changes) {
      if (value === null) Reflect.deleteProperty(state, key);
      else state[key] = value;
    }
    for (const { signal, facts } of signals) checkFacts(signal, facts);
    return signals;
  };
  return {
    state,
    env,
    commit,
    /** The next batch, not committed yet. */
    round: async (): Promise<SourceBatch> => {
      const next = await rounds?.next();
      if (next?.done !== false) throw new Error('the monitor ended');
      return next.value;
    },
    /** What the handler answers to an integration, not committed yet. */
    hear: async (name: string, id: string) => {
      const facts = { module_name: name, module_path: `src.${name}`, capabilities_added: [], init_created: false };
      const signal: Signal = { ...signalOf('Q_MODULE_INTEGRATED', facts), id };
      return (await orchestratorMonitor.handle?.(signal, env, watches)) ?? [];
    },
  };
}

/** What was said, and of which module. */
function names(drafts: readonly Draft[]): string[] {
  return drafts.map(
    ({ signal, facts }) => `${signal} ${typeof facts['module_name'] === 'string' ? facts['module_name'] : ''}`,
  );
}

describe('the orchestrator monitor and the registry', () => {
  it('takes what is there at its first start for known, and speaks of each module once that appears then', async () => {
    register('audio', 'video');
    const first = monitor();
    expect(names(first.commit(await first.round()))).toEqual([]);
    register('audio', 'video', 'speech');
    expect(names(first.commit(await first.round()))).toEqual(['Q_MODULE_DISCOVERED speech']);
    const second = monitor(first.state);
    register('audio', 'video', 'speech', 'text');
    expect(names(second.commit(await second.round()))).toEqual(['Q_MODULE_DISCOVERED text']);
  });

  it('speaks of the first module of a home that had no registry', async () => {
    const fresh = monitor();
    fresh.commit(await fresh.round());
    register('audio');
    expect(names(fresh.commit(await fresh.round()))).toEqual(['Q_MODULE_DISCOVERED audio']);
  });

  it('says what lies on the disk', async () => {
    const root = config.sourceRoots[0] ?? '';
    mkdirSync(join(root, 'audio', 'inner'), { recursive: true });
    for (const file of ['__init__.py', 'a.py', 'inner/b.py']) writeFileSync(join(root, 'audio', file), '');
    const fresh = monitor();
    fresh.commit(await fresh.round());
    register('audio', 'gone');
    expect(fresh.commit(await fresh.round()).map(({ facts }) => facts)).toEqual([
      { module_name: 'audio', module_path: 'src.audio', investigation_id: null, py_files_count: 3, has_init: true },
      { module_name: 'gone', module_path: 'src.gone', investigation_id: null, py_files_count: 3, has_init: false },
    ]);
  });

  it('speaks at once of a module whose integration it hears, even before its first look', async () => {
    register('audio', 'speech');
    const fresh = monitor();
    expect(names(fresh.commit(await fresh.hear('speech', 'S1')))).toEqual(['Q_MODULE_DISCOVERED speech']);
    expect(names(fresh.commit(await fresh.round()))).toEqual([]);
    expect(names(fresh.commit(await fresh.hear('audio', 'S2')))).toEqual([]);
  });

  it('does not say one module twice, whichever of clock and handler is first and not committed yet', async () => {
    const both = monitor();
    both.commit(await both.round());
    register('audio');
    const byHandler = await both.hear('audio', 'S1');
    register('audio', 'other');
    const byClock = await both.round();
    expect(names(both.commit(byClock))).toEqual(['Q_MODULE_DISCOVERED other']);
    expect(names(both.commit(byHandler))).toEqual(['Q_MODULE_DISCOVERED audio']);
    register('audio', 'other', 'third');
    const clockFirst = await both.round();
    expect(names(both.commit(await both.hear('third', 'S2')))).toEqual([]);
    expect(names(both.commit(clockFirst))).toEqual(['Q_MODULE_DISCOVERED third']);
  });

  it('answers a repeated attempt as it answered the first', async () => {
    const repeated = monitor();
    repeated.commit(await repeated.round());
    register('audio');
    const first = await repeated.hear('audio', 'S1');
    expect(await repeated.hear('audio', 'S1')).toEqual(first);
  });

  it('alerts when the registry cannot be read, and forgets no module over it', async () => {
    register('audio');
    const troubled = monitor();
    troubled.commit(await troubled.round());
    writeFileSync(config.capabilitiesPath, 'audio: [');
    const said = troubled.commit(await troubled.round());
    expect(said).toMatchObject([{ signal: 'Q_HEALTH_ALERT', facts: { alert_type: 'registry_unreadable' } }]);
    expect(troubled.commit(await troubled.hear('audio', 'S1'))).toEqual([]);
    register('audio', 'new');
    expect(names(troubled.commit(await troubled.round()))).toEqual(['Q_MODULE_DISCOVERED new']);
  });
});

describe('the orchestrator monitor', () => {
  it('tells of promotions every time while there are unacknowledged ones', async () => {
    const folder = join(config.home, 'dream_lab', 'promotions');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'a.json'), '{}');
    const watching = monitor();
    for (let round = 0; round < 3; round += 1) {
      const said = watching.commit(await watching.round());
      expect(said).toMatchObject([{ signal: 'Q_PROMOTIONS_DETECTED', facts: { promotion_count: 1 } }]);
    }
  });

  it('alerts once for dead letters, over a restart too, and again when they become many', async () => {
    const path = join(config.home, 'failed_signals.jsonl');
    writeFileSync(path, '{}\n'.repeat(12));
    const first = monitor();
    expect(first.commit(await first.round())).toMatchObject([
      { facts: { alert_type: 'dead_letters', severity: 'warning', metric_value: '12', threshold: '10' } },
    ]);
    const second = monitor(first.state);
    writeFileSync(path, '{}\n'.repeat(101));
    expect(second.commit(await second.round())).toMatchObject([{ facts: { severity: 'critical' } }]);
  });

  it('alerts when the flow has stalled', async () => {
    const now = momentOf(surroundings(config).attempt.clock);
    const since = { ...now, wallMs: now.wallMs - 8_000_000, uptimeMs: now.uptimeMs - 8_000_000 };
    const state = { 'flow:still': { since, handledMs: null } };
    const stalled = monitor(state, { flow: async () => ({ waiting: 5, lastHandledAtMs: null }) });
    expect(stalled.commit(await stalled.round())).toMatchObject([
      { facts: { alert_type: 'flow_stalled', severity: 'critical' } },
    ]);
  });

  it('lives on when one of its looks fails', async () => {
    writeFileSync(join(config.home, 'dream_lab'), 'not a folder');
    register();
    const troubled = monitor({}, { flow: () => Promise.reject(new Error('the journal is busy')) });
    troubled.commit(await troubled.round());
    register('audio');
    expect(names(troubled.commit(await troubled.round()))).toEqual(['Q_MODULE_DISCOVERED audio']);
  });

  it('ends at once when it is told to stop, also between two rounds', async () => {
    config = freshConfig({ health: anyMachine, monitor: { intervalMs: 60_000 } });
    const { env } = monitor();
    const batches = orchestratorMonitor.source?.(env, stop.signal, watchesOf(env));
    const rounds = batches?.[Symbol.asyncIterator]();
    await rounds?.next();
    const next = rounds?.next();
    stop.abort();
    expect(await next).toMatchObject({ done: true });
  });
});

describe('the orchestrator monitor between two rounds', () => {
  const HOUR_MS = 3_600_000;

  async function startedMonitor(): Promise<TestColony> {
    const colony = await startColony({ health: anyMachine, monitor: { intervalMs: HOUR_MS } });
    await colony.start(orchestratorMonitor);
    await until(
      'its first look is over',
      async () => 'modules:baseline' in (await colony.bus.state('orchestrator_monitor')),
    );
    return colony;
  }

  /** The watch begins a moment after the daemon: what is saved until it is heard is saved anew. */
  async function saveUntilSaid(colony: TestColony, entries: string): Promise<unknown[]> {
    let saves = 0;
    await until('a module is spoken of', async () => {
      if (saves++ % 20 === 0) writeFileSync(colony.config.capabilitiesPath, `# ${saves}\n${entries}`);
      return (await colony.bus.browse({ signals: ['Q_MODULE_DISCOVERED'] })).length > 0;
    });
    const said = await colony.bus.browse({ signals: ['Q_MODULE_DISCOVERED'] });
    return said.map(({ signal }) => signal.facts['module_name']);
  }

  it('speaks of what people wrote into the registry, and leaves what was integrated to its signal', async () => {
    const colony = await startedMonitor();
    const entries = 'found:\n  module: src.found\n  auto_discovered: true\nwritten:\n  module: src.written\n';
    expect(await saveUntilSaid(colony, entries)).toEqual(['written']);
    await colony.end();
  });
});
