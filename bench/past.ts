import { systemClock } from '../src/lib/base/clock.js';
import { KlorosError } from '../src/lib/base/errors.js';
import { openToLook } from '../src/lib/bus/embedded/database.js';
import { openBus } from '../src/lib/bus/open-bus.js';
import { openObserver } from '../src/lib/bus/open-observer.js';
import { signalLine } from '../src/lib/cli/signal-line.js';
import { traceTree } from '../src/lib/cli/trace-tree.js';
import { pathsOf } from '../src/lib/config/paths.js';
import type { Config } from '../src/lib/config/schema.js';
import { history } from '../src/lib/operator/history.js';
import { namePattern } from '../src/lib/operator/pattern.js';
import type { Signal } from '../src/lib/signals/envelope.js';
import { derivedId, idFromKey } from '../src/lib/signals/id.js';
import { mint } from '../src/lib/signals/mint.js';
import { chainOf } from '../src/lib/trace/chain.js';
import { findSubject } from '../src/lib/trace/find-subject.js';
import { removeHome, silentLog, temporaryConfig, until } from '../test/helpers/colony.js';
import { signalOf } from '../test/helpers/signals.js';
import { startProcess } from './bench-process.js';
import { report } from './report.js';
import { median, round } from './statistics.js';

const SIGNALS = Number(process.env['KLOROS_BENCH_SIGNALS'] ?? 1_000_000);
const NAMES = ['Q_INVESTIGATION_COMPLETE', 'OBSERVATION', 'HEARTBEAT', 'Q_MODULE_INTEGRATED'];
const CHAIN = NAMES.length + 1;
const BATCH = 500;
/** Chains in the last hour: so many signals of each name are asked for. */
const LAST_HOUR = 4_000;
const HOUR_MS = 3_600_000;
const ROUNDS = 7;
const EMITS = 200;
const HISTORY_LIMIT_MS = 150;
const TRACE_LIMIT_MS = 50;
const EMIT_LIMIT_RATIO = 1.3;

/** A journal of a million signals: what looking at its past takes beyond start-up, and whether emitting still is as quick. */
const [full, empty] = [await temporaryConfig(), await temporaryConfig()];
const [fullHub, emptyHub] = [await hubOf(full), await hubOf(empty)];
const open = (config: Config) => openBus({ config, clock: systemClock, log: silentLog, name: 'bench' });
const [fullBus, emptyBus] = [await open(full), await open(empty)];
const nowMs = Date.now();
let last: Signal | undefined;
for (let from = 0; from < SIGNALS; from += BATCH) {
  const chains = Array.from({ length: BATCH / CHAIN }, (_, index) => chainAt(from / CHAIN + index));
  await fullBus.emit(chains.flat());
  last = chains.at(-1)?.[0];
}

const emitMs = { full: [] as number[], empty: [] as number[] };
for (let index = 0; index < EMITS; index += 1) {
  emitMs.empty.push(await timed(() => emptyBus.emit([signalOf('BENCH', { n: index })])));
  emitMs.full.push(await timed(() => fullBus.emit([signalOf('BENCH', { n: index })])));
}
const wanted = last!;
const HUB_LIMIT_MS = 120_000;
await until('the hub has written the names down', namesAreWritten, HUB_LIMIT_MS);
const historyMs: number[] = [];
const traceMs = { byId: [] as number[], byName: [] as number[], byOldName: [] as number[], unknown: [] as number[] };
let lines = 0;
for (let index = 0; index < ROUNDS; index += 1) {
  historyMs.push(await timed(async () => void (lines = await readHistory())));
  traceMs.byId.push(await timed(() => trace(wanted.id)));
  traceMs.byName.push(await timed(() => trace(String(wanted.facts['question_id']))));
  traceMs.byOldName.push(await timed(() => trace(`question.${index}`)));
  traceMs.unknown.push(await timed(() => traceNothing(`nothing.${index}`)));
}
const ratio = round(median(emitMs.full) / median(emitMs.empty));
const figures = {
  history: { lines, ms: median(historyMs), targetMs: HISTORY_LIMIT_MS },
  trace: {
    byIdMs: median(traceMs.byId),
    byNameMs: median(traceMs.byName),
    byOldNameMs: median(traceMs.byOldName),
    unknownNameMs: median(traceMs.unknown),
    targetMs: TRACE_LIMIT_MS,
  },
  emit: { emptyMs: median(emitMs.empty), fullMs: median(emitMs.full), ratio, targetRatio: EMIT_LIMIT_RATIO },
};
const slowestTraceMs = Math.max(...Object.values(traceMs).map(median));
const met =
  figures.history.ms < HISTORY_LIMIT_MS && slowestTraceMs < TRACE_LIMIT_MS && figures.emit.ratio < EMIT_LIMIT_RATIO;
report({ bench: 'past', signals: SIGNALS, ...figures, met });
for (const bus of [fullBus, emptyBus]) await bus.close();
for (const hub of [fullHub, emptyHub]) await hub.end();
for (const config of [full, empty]) removeHome(config);

function hubOf(config: Config) {
  return startProcess('children/daemon.ts', ['hub', JSON.stringify(config)]);
}

/** A question and what came of it; the last ones are of the last hour. */
function chainAt(index: number): Signal[] {
  const atMs = nowMs - HOUR_MS * ((SIGNALS / CHAIN - index) / LAST_HOUR);
  const facts = { question_id: `question.${index}`, question: 'What does the audio module do?', priority: 'normal' };
  const root = mint(
    { signal: 'Q_CURIOSITY_INVESTIGATE', facts },
    { id: idFromKey(atMs, String(index)), source: 'intent_router', nowMs: Math.round(atMs) },
  );
  const caused = NAMES.map((signal, position) => {
    const id = derivedId(root.id, { consumer: 'worker', replay: 0, position });
    return mint({ signal, facts }, { id, source: 'worker', nowMs: Math.round(atMs) + position, cause: root });
  });
  return [root, ...caused];
}

async function readHistory(): Promise<number> {
  const observer = openObserver(full);
  const pattern = namePattern(['Q_INVESTIGATION_COMPLETE']);
  const query = { range: { sinceMs: nowMs - HOUR_MS, untilMs: nowMs }, pattern, filter: () => true };
  const shown: string[] = [];
  for await (const { signal } of history(observer, query, new AbortController().signal)) shown.push(signalLine(signal));
  observer.close();
  return shown.length;
}

function trace(id: string): string {
  const observer = openObserver(full);
  const chain = chainOf(observer, findSubject(observer, id, []).trace);
  const tree = traceTree(chain, { touched: new Map(), decided: new Map(), nowMs });
  observer.close();
  return tree;
}

function traceNothing(name: string): void {
  try {
    trace(name);
  } catch (error) {
    if (!(error instanceof KlorosError && error.code === 'TRACE_NOT_FOUND')) throw error;
  }
}

function namesAreWritten(): boolean {
  const database = openToLook(pathsOf(full).journal);
  const mark = database?.prepare("SELECT value FROM meta WHERE key = 'indexed'").pluck().get();
  const newest = database?.prepare('SELECT max(seq) FROM signals').pluck().get();
  database?.close();
  return mark === newest;
}

async function timed(run: () => unknown): Promise<number> {
  const startMs = performance.now();
  await run();
  return performance.now() - startMs;
}
