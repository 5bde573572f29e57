import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import { removeHome, temporaryConfig } from '../helpers/colony.js';
import { campaign, printFigures, rounded } from '../helpers/figures.js';
import type { FullSpeedReport } from '../helpers/full-speed-worker.js';

const SECONDS = campaign('WRITER_SECONDS', 6);
const MOST_WAL_MB = 256;
const LONG_MS = 100;
/** The longest wait of writers who leave waiting to SQLite was 1.8 s. */
const STARVED_MS = 500;
/** What somebody who does nothing beside them sees on a machine that is otherwise idle. */
const QUIET_STALL_MS = 20;
/**
 * The longest of a thousand waits is a matter of who else has the processors: eleven processes share what may be two
 * cores. A neighbour can only make it longer, so the best of a few attempts counts; and where the bystander stalls too,
 * the limits grow as its stalls do. What holds without neighbours is in docs/reliability.md.
 */
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
      for (let attempt = 2; attempt <= ATTEMPTS && !isQuick(best); attempt += 1) {
        const figures = figuresOf(await writeWith(count));
        printFigures('writers', { attempt, ...figures });
        if (figures.waitMaxMs < best.waitMaxMs) best = figures;
      }
      const noise = Math.max(1, best.bystanderStallMaxMs / QUIET_STALL_MS);
      expect(best.waitP99Ms).toBeLessThan(LONG_MS * noise);
      expect(best.stallP999Ms).toBeLessThan(LONG_MS * noise);
      expect(best.waitMaxMs).toBeLessThan(STARVED_MS * noise);
      expect(best.slowestShareOfMean).toBeGreaterThan(LEAST_SHARE);
      expect(best.walMb).toBeLessThan(MOST_WAL_MB);
    },
  );
});

/** What an undisturbed machine shows: no wait and no stall was long. */
function isQuick({ waitMaxMs, stallMaxMs }: { waitMaxMs: number; stallMaxMs: number }): boolean {
  return Math.max(waitMaxMs, stallMaxMs) < LONG_MS;
}
