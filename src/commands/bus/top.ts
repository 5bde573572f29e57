import { Flags } from '@oclif/core';
import { sleep } from '../../lib/base/timers.js';
import { systemClock } from '../../lib/base/clock.js';
import { parseDurationMs } from '../../lib/base/duration.js';
import type { Bus } from '../../lib/bus/bus.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { openFullScreen } from '../../lib/cli/full-screen.js';
import { deadRowsOf, replayOne } from '../../lib/cli/top-dead-letters.js';
import { topScreen } from '../../lib/cli/top-screen.js';
import { runTopSession } from '../../lib/cli/top-session.js';
import { lookAtBus } from '../../lib/cli/with-bus.js';
import type { Config } from '../../lib/config/schema.js';
import { OPENING, shownSignals, type Measured } from '../../lib/operator/top/board.js';
import { watchFlow } from '../../lib/operator/top/watch-flow.js';

/** What `bus top --json` answers. */
type Result = Omit<Measured, 'nowMs' | 'home' | 'signals'> & {
  signals: { name: string; total: number; perSecond: number; source: string }[];
};

const PIPE_COLUMNS = 160;
/** Enough lines for all of one measurement; a pipe has no height. */
const PIPE_ROWS = 60;

/** Shows the flow, live. */
export default class BusTop extends KlorosCommand {
  static override summary = 'Watch the flow live: signals and their rates, consumers and their lag, dead letters';
  static override description = `Keys: q quit, up and down choose, enter opens, escape goes back, s sorts, / filters, d dead letters, r replays one, p stands still.
Without a terminal, with --json or --for, it measures for a while and prints once.`;
  static override examples = ['<%= config.bin %> bus top --for 2s', '<%= config.bin %> bus top --for 2s --json'];
  static override flags = {
    for: Flags.string({ summary: 'Measure for this time, print once and end', helpValue: 'DURATION' }),
  };

  async run(): Promise<Result | undefined> {
    const { flags } = await this.parse(BusTop);
    const isLive = flags.for === undefined && this.mode === 'text' && process.stdout.isTTY && process.stdin.isTTY;
    const forMs = parseDurationMs(flags.for ?? '3s');
    const { config } = await this.settings();
    return lookAtBus(
      config,
      (bus) => (isLive ? this.#live(bus, config) : this.#once(bus, { config, forMs })),
      (text) => this.note(text),
    );
  }

  async #live(bus: Bus, config: Config): Promise<undefined> {
    const over = new AbortController();
    const abort = AbortSignal.any([this.interrupted, over.signal]);
    const flow = await watchFlow({ bus, dead: deadRowsOf(config), clock: systemClock, home: config.home }, abort);
    const replay = (id: string) => replayOne(id, { config, bus, abort });
    const session = runTopSession({ flow, open: openFullScreen, replay, abort }).finally(() => over.abort());
    await Promise.all([session, flow.done.catch((error: unknown) => (over.abort(), Promise.reject(error as Error)))]);
  }

  async #once(bus: Bus, { config, forMs }: { config: Config; forMs: number }): Promise<Result> {
    const over = new AbortController();
    const abort = AbortSignal.any([this.interrupted, over.signal]);
    const flow = await watchFlow({ bus, dead: deadRowsOf(config), clock: systemClock, home: config.home }, abort);
    await sleep(forMs, abort);
    const measured = await flow.measure();
    over.abort();
    await flow.done;
    const size = { columns: process.stdout.isTTY ? process.stdout.columns : PIPE_COLUMNS, rows: PIPE_ROWS };
    const lines = topScreen(OPENING, measured, size).slice(0, -1);
    this.log(lines.slice(0, lines.findLastIndex((line) => line !== '') + 1).join('\n'));
    const { all, consumers, dead } = measured;
    const signals = shownSignals(OPENING, measured).map(({ name, total, perSecond, last: newest }) => {
      return { name, total, perSecond, source: newest.source };
    });
    return { all, signals, consumers, dead };
  }
}
