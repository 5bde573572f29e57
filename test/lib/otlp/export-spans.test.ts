import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import type { Bus } from '../../../src/lib/bus/bus.js';
import { openBus } from '../../../src/lib/bus/open-bus.js';
import { openObserver } from '../../../src/lib/bus/open-observer.js';
import { openJournal } from '../../../src/lib/bus/embedded/journal.js';
import { pathsOf } from '../../../src/lib/config/paths.js';
import type { Config } from '../../../src/lib/config/schema.js';
import { tracesUrl } from '../../../src/lib/otlp/collector.js';
import { Cursor, sentTo } from '../../../src/lib/otlp/cursor.js';
import { exportSpans, type ExportOptions } from '../../../src/lib/otlp/export-spans.js';
import { startCollector, type Collector } from '../../helpers/collector.js';
import { removeHome, silentLog, temporaryConfig, until } from '../../helpers/colony.js';
import { chained, signalOf } from '../../helpers/signals.js';

let config: Config;
let bus: Bus;
let collector: Collector;
let stop: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  config = await temporaryConfig();
  bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'test' });
  stop = new AbortController();
  running = Promise.resolve();
});
afterEach(async () => {
  stop.abort();
  await running;
  await collector.close();
  await bus.close();
  removeHome(config);
});

function start(url: string, more: Partial<ExportOptions> = {}): void {
  const traces = tracesUrl(url);
  const options = {
    ...{ url: traces, headers: {}, home: config.home, cursor: new Cursor(pathsOf(config).otlp, traces) },
    ...{ openObserver: () => openObserver(config), sinceMs: 0, log: silentLog, pollMs: 5, retryMs: 5 },
  };
  running = exportSpans({ ...options, ...more }, stop.signal);
}

async function restart(url: string): Promise<void> {
  stop.abort();
  await running;
  stop = new AbortController();
  start(url, { sinceMs: undefined });
}

const names = () => collector.spans.map(({ name }) => name);

describe('the journal as spans', () => {
  it('is a span a signal, below its cause, of the daemon that said it', async () => {
    collector = await startCollector();
    const cause = signalOf('A');
    await bus.emit([cause, chained(cause, 'B')]);
    start(collector.url);
    await until('both are there', () => collector.spans.length === 2);
    const [root, child] = collector.spans;
    expect([root, child]).toMatchObject([
      { service: 'test', name: 'A', parentSpanId: undefined },
      { service: 'worker', name: 'B', traceId: root?.traceId, parentSpanId: root?.spanId },
    ]);
    expect(collector.refusals).toBe(0);
  });

  it('begins with what is said from now on where nothing else is wished', async () => {
    collector = await startCollector();
    await bus.emit([signalOf('BEFORE')]);
    start(collector.url, { sinceMs: undefined });
    const cursor = new Cursor(pathsOf(config).otlp, tracesUrl(collector.url));
    await until('it has begun', async () => (await cursor.read())?.upToSeq === 1);
    await bus.emit([signalOf('AFTER')]);
    await until('it is there', () => collector.spans.length > 0);
    expect(names()).toEqual(['AFTER']);
  });

  it('loses nothing and sends nothing twice while the collector is away, and after a restart', async () => {
    collector = await startCollector();
    const { url } = collector;
    await bus.emit([signalOf('FIRST')]);
    start(url);
    await until('it is there', () => collector.spans.length === 1);
    await collector.close();
    await bus.emit(Array.from({ length: 600 }, () => signalOf('MEANWHILE')));
    await restart(url);
    collector = await startCollector(Number(new URL(url).port));
    await until('the rest is there', () => collector.spans.length >= 600);
    expect(names()).toEqual(Array.from({ length: 600 }, () => 'MEANWHILE'));
    expect(new Set(collector.spans.map(({ spanId }) => spanId)).size).toBe(600);
  });

  it('tries again what a collector is too busy for, and leaves out what it will never take', async () => {
    collector = await startCollector(0, (request) => (request === 1 ? 503 : request === 2 ? 400 : 200));
    await bus.emit([signalOf('REFUSED')]);
    start(collector.url);
    await until('it was refused', () => collector.refusals === 2);
    await bus.emit([signalOf('TAKEN')]);
    await until('the next is there', () => collector.spans.length === 1);
    expect(names()).toEqual(['TAKEN']);
  });
});

describe('a collector that takes no large pages', () => {
  it('gets smaller ones, and all signals', async () => {
    collector = await startCollector(0, (_, __, bytes) => (bytes > 20_000 ? 413 : 200));
    await bus.emit(Array.from({ length: 300 }, (_, n) => signalOf(`N${n}`)));
    start(collector.url);
    await until('all are there', () => collector.spans.length >= 300);
    expect(names()).toEqual(Array.from({ length: 300 }, (_, n) => `N${n}`));
    expect(collector.refusals).toBeLessThan(60);
  });

  it('leaves out the span that is too large alone, which is counted, and gets those behind it', async () => {
    collector = await startCollector(0, (_, __, bytes) => (bytes > 20_000 ? 413 : 200));
    await bus.emit([signalOf('A'), signalOf('HUGE', { reason: 'x'.repeat(30_000) }), signalOf('B')]);
    start(collector.url);
    await until('the last is there', () => names().includes('B'));
    const sent = async () => [...(await sentTo(pathsOf(config).otlp)).values()][0];
    await until('it has taken down all', async () => (await sent())?.upToSeq === 3);
    expect(names()).toEqual(['A', 'B']);
    expect(await sent()).toEqual({ upToSeq: 3, lost: 0, refused: 1 });
  });
});

describe('a collector that wants to know who', () => {
  it('gets the headers, and says none of their values back into the log', async () => {
    collector = await startCollector(0, (_, { authorization }) => (authorization === 'Bearer s3cret-word' ? 200 : 401));
    await bus.emit([signalOf('HELLO')]);
    const lines: string[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(line) });
    start(collector.url, { headers: { authorization: 'Bearer wr0ng-word', 'x-tenant': 'me' }, log });
    await until('it was refused', () => lines.length > 0);
    expect(lines[0]).toContain('HTTP 401 not for [redacted] (it wants another --otlp-header');
    expect(lines.join()).not.toContain('wr0ng-word');
    expect(collector.headers[0]).toMatchObject({ authorization: 'Bearer wr0ng-word', 'x-tenant': 'me' });
    stop.abort();
    await running;
    stop = new AbortController();
    start(collector.url, { headers: { authorization: 'Bearer s3cret-word' } });
    await until('it is there', () => collector.spans.length === 1);
  });
});

describe('retention that was faster than a collector', () => {
  it('is told of, and what is missing is counted, at most', async () => {
    collector = await startCollector();
    await bus.emit([signalOf('SENT')]);
    start(collector.url);
    const upTo = async () => [...(await sentTo(pathsOf(config).otlp)).values()][0]?.upToSeq;
    await until('it has taken down that it is there', async () => (await upTo()) === 1);
    stop.abort();
    await running;
    await bus.emit([signalOf('GONE'), signalOf('GONE'), signalOf('STAYS')]);
    await remove(3);
    const lines: string[] = [];
    stop = new AbortController();
    start(collector.url, { log: pino({}, { write: (line: string) => void lines.push(line) }) });
    await until('the rest is there', () => collector.spans.length === 2);
    const lost = async () => [...(await sentTo(pathsOf(config).otlp)).values()];
    await until('it has taken down what is missing', async () => (await lost())[0]?.lost === 2);
    expect(await lost()).toEqual([{ upToSeq: 4, lost: 2, refused: 0 }]);
    expect(names()).toEqual(['SENT', 'STAYS']);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ gone: 2, lost: 2 }]);
    expect(lines[0]).toContain('Retention removed up to 2 signals');
  });

  it('is told of too where nothing was ever taken', async () => {
    collector = await startCollector(0, (request) => (request === 1 ? 503 : 200));
    await bus.emit([signalOf('GONE'), signalOf('STAYS')]);
    start(collector.url, { retryMs: 60_000 });
    await until('it was away', () => collector.refusals === 1);
    stop.abort();
    await running;
    await remove(1);
    stop = new AbortController();
    start(collector.url);
    await until('the rest is there', () => collector.spans.length === 1);
    const lost = async () => [...(await sentTo(pathsOf(config).otlp)).values()][0]?.lost;
    await until('it has taken down what is missing', async () => (await lost()) === 1);
  });

  it('is not suspected where a position was used up, nor where what was sent alone is gone', async () => {
    collector = await startCollector();
    const twice = signalOf('TWICE');
    await bus.emit([twice]);
    await bus.emit([twice]);
    await bus.emit([signalOf('NEXT')]);
    start(collector.url);
    await until('both are there', () => collector.spans.length === 2);
    await remove(100);
    await bus.emit([signalOf('LATER')]);
    await until('it is there', () => collector.spans.length === 3);
    expect([...(await sentTo(pathsOf(config).otlp)).values()].map(({ lost }) => lost)).toEqual([0]);
  });

  async function remove(upToSeq: number): Promise<void> {
    const journal = await openJournal(pathsOf(config).journal, silentLog);
    await journal.write({ kind: 'retain', upToSeq, beforeMs: null, limit: 100 });
    await journal.close();
  }
});

describe('the address of a collector', () => {
  it.each([
    ['http://host:4318', 'http://host:4318/v1/traces'],
    ['http://host:4318/', 'http://host:4318/v1/traces'],
    ['https://host/otlp', 'https://host/otlp/v1/traces'],
    ['https://host/v1/traces', 'https://host/v1/traces'],
  ])('%s leads to %s', (given, url) => {
    expect(tracesUrl(given)).toBe(url);
  });

  it.each(['host:4318', 'ftp://host', ''])('is not %j', (given) => {
    expect(() => tracesUrl(given)).toThrow('is no address of a collector');
  });
});
