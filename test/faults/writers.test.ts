import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import { removeHome, temporaryConfig } from '../helpers/colony.js';
import { campaign, printFigures, rounded } from '../helpers/figures.js';
import { BATCH, type FullSpeedReport } from '../helpers/full-speed-report.js';

const SECONDS = campaign('WRITER_SECONDS', { bounded: 6, full: 30 });
const MOST_WAL_MB = 256;
/**
 * Limits are multiples of the fair wait, which is the mean: so many rows of the others stand before mine at the rate that
 * this machine holds. So a slow machine and a quick one are held to the same. Writers who leave waiting to SQLite waited
 * 1.8 s at a fair wait of 5 ms, 360 times as long. In milliseconds the figures are in docs/reliability.md.
 */
const MOST_P99 = 10;
const MOST_EVER = 50;
/** A neighbour on the machine can only make waits longer, so the best of a few attempts counts. */
const ATTEMPTS = 3;
const LEAST_SHARE = 0.3;
const WAL_LOOK_MS = 50;
const WORKER = fileURLToPath(new URL('../helpers/full-speed-worker.ts', import.meta.url));
const HUB = fileURLToPath(new URL('../../bench/children/daemon.ts', import.meta.url));

describe('full-speed writers on one journal', () => {
  let config: Config;
  let hub: ChildProcess;

  beforeEach(async () => {
    config = await temporaryConfig();
    hub = await start(HUB, ['hub', JSON.stringify(config)]);
  });
  afterEach(async () => {
    const ended = once(hub, 'exit');
    hub.kill('SIGTERM');
    await ended;
    removeHome(config);
  });

  async function start(file: string, args: readonly string[]): Promise<ChildProcess> {
    const child = fork(file, args, { execArgv: ['--import', 'tsx'] });
    await once(child, 'message');
    return child;
  }
  const report = async (child: ChildProcess): Promise<FullSpeedReport> => {
    const [message] = (await once(child, 'message')) as [FullSpeedReport];
    return message;
  };

  async function writeWith(count: number) {
    const args = [JSON.stringify(config), String(SECONDS)];
    const roles = ['bystander', ...Array.from({ length: count }, () => 'writer')];
    const children = await Promise.all(roles.map((role) => start(WORKER, [role, ...args])));
    const wal = `${pathsOf(config).journal}-wal`;
    let walBytes = 0;
    const look = setInterval(() => (walBytes = Math.max(walBytes, statSync(wal).size)), WAL_LOOK_MS);
    const reports = children.map(report);
    for (const child of children) child.send('go');
    const [bystander, ...writers] = await Promise.all(reports);
    clearInterval(look);
    return { bystander: bystander!, writers, walBytes };
  }

  function figuresOf({ bystander, writers, walBytes }: Awaited<ReturnType<typeof writeWith>>) {
    const most = (of: (one: FullSpeedReport) => number) => rounded(Math.max(...writers.map(of)));
    const signals = writers.map((one) => one.signals);
    const sum = signals.reduce((total, one) => total + one, 0);
    return {
      writers: writers.length,
      seconds: SECONDS,
      signalsPerSecond: Math.round(sum / SECONDS),
      fairWaitMs: rounded((SECONDS * 1000) / (sum / writers.length / BATCH)),
      slowestShareOfMean: rounded(Math.min(...signals) / (sum / writers.length), 2),
      waitMaxMs: most((one) => one.waitMaxMs),
      waitP99Ms: most((one) => one.waitP99Ms),
      stallMaxMs: most((one) => one.stallMaxMs),
      stallP999Ms: most((one) => one.stallP999Ms),
      bystanderStallMaxMs: rounded(bystander.stallMaxMs),
      walMb: Math.round(walBytes / 2 ** 20),
    };
  }

  it.for([4, 9])(
    '%i of them: none waits or stalls long, none starves, the write-ahead log stays small',
    async (count) => {
      let best = figuresOf(await writeWith(count));
      printFigures('writers', best);
      for (let attempt = 2; attempt <= ATTEMPTS && !isPatient(best); attempt += 1) {
        const figures = figuresOf(await writeWith(count));
        printFigures('writers', { attempt, ...figures });
        if (figures.waitMaxMs < best.waitMaxMs) best = figures;
      }
      expect(best).toSatisfy(isPatient);
      expect(best.slowestShareOfMean).toBeGreaterThan(LEAST_SHARE);
      expect(best.walMb).toBeLessThan(MOST_WAL_MB);
    },
  );
});

interface Waits {
  fairWaitMs: number;
  waitMaxMs: number;
  waitP99Ms: number;
  stallP999Ms: number;
}

/** Nobody waited long for the lock, nor did an event loop stand still for it. */
function isPatient({ fairWaitMs, waitMaxMs, waitP99Ms, stallP999Ms }: Waits): boolean {
  return Math.max(waitP99Ms, stallP999Ms) < fairWaitMs * MOST_P99 && waitMaxMs < fairWaitMs * MOST_EVER;
}
