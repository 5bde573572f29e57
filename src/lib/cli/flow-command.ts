import { Args, Flags } from '@oclif/core';
import ansiEscapes from 'ansi-escapes';
import cliTruncate from 'cli-truncate';
import { timeoutSignal } from '../base/timers.js';
import { systemClock } from '../base/clock.js';
import { parseDurationMs } from '../base/duration.js';
import { measure, type MeterQuery } from '../operator/flow/watch.js';
import type { Reading } from '../operator/flow/meter.js';
import type { WindowSize } from '../operator/flow/rolling-window.js';
import { namePattern } from '../operator/pattern.js';
import { KlorosCommand, outputFlag } from './base-command.js';
import { usageError } from './command-error.js';
import { ExitCode } from './exit-codes.js';
import { renderTable, type Column } from './table.js';
import { lookAtBus } from './with-bus.js';

const EVERY_MS = 1_000;
/** Without a terminal and without an end, one document or table after this time. */
const BRIEFLY_MS = 3_000;

/** Argument of every command that measures the flow; more of them may follow. */
export const flowArgs = { pattern: Args.string({ description: 'names or globs, e.g. "Q_*"; all when absent' }) };

/** Flags of every command that measures the flow. */
export const flowFlags = {
  window: Flags.string({
    summary: 'Measure the last so many signals of each name, or those of so long, e.g. 10s',
    default: '1000',
    helpValue: 'NUMBER|DURATION',
  }),
  count: Flags.integer({ summary: 'End after so many signals', min: 1 }),
  for: Flags.string({ summary: 'End after this time, e.g. 30s', helpValue: 'DURATION' }),
  output: outputFlag(),
};

interface FlowFlags {
  window: string;
  count: number | undefined;
  for: string | undefined;
}

/** How a figure is made of what was read, and shown. */
export interface FlowView<Figure> {
  figureOf: (reading: Reading) => Figure;
  columns: (nowMs: number) => Column<Figure>[];
}

/** What the commands that measure the flow have in common: refreshed in place on a terminal, a line a second for programs. */
export abstract class FlowCommand extends KlorosCommand {
  #drawnLines = 0;

  /** Measures until it is ended; the last figures are the result. */
  protected async flow<Figure extends object>(
    { figureOf, columns }: FlowView<Figure>,
    flags: FlowFlags,
    patterns: readonly string[],
  ): Promise<Figure[] | undefined> {
    const query = { pattern: namePattern(patterns), window: windowOf(flags.window), count: flags.count };
    const { config } = await this.settings();
    let figures: Figure[] = [];
    await lookAtBus(
      config,
      async (bus) => {
        const abort = AbortSignal.any([this.interrupted, ...this.#limit(flags)]);
        for await (const measured of this.#measurements(bus, query, abort)) {
          figures = measured.readings.map(figureOf);
          if (this.mode === 'jsonl') for (const figure of figures) await this.line({ atMs: measured.nowMs, ...figure });
          else if (measured.isLast || isTerminal()) this.#draw(figures, columns(measured.nowMs));
        }
      },
      (text) => this.note(text),
    );
    if (figures.length === 0 && !this.interrupted.aborted) this.status = ExitCode.notFound;
    return this.mode === 'json' ? figures : undefined;
  }

  #measurements(bus: Parameters<typeof measure>[0]['bus'], query: MeterQuery, abort: AbortSignal) {
    return measure({ bus, clock: systemClock }, { ...query, everyMs: EVERY_MS }, abort);
  }

  #limit(flags: FlowFlags): AbortSignal[] {
    if (flags.for !== undefined) return [timeoutSignal(parseDurationMs(flags.for))];
    const isEndless = flags.count !== undefined || this.mode === 'jsonl' || (this.mode === 'text' && isTerminal());
    return isEndless ? [] : [timeoutSignal(BRIEFLY_MS)];
  }

  #draw<Figure>(figures: readonly Figure[], columns: readonly Column<Figure>[]): void {
    if (this.mode !== 'text') return;
    const table = renderTable(figures, columns, { widthColumns: process.stdout.columns });
    const text = figures.length === 0 ? 'Nothing was said yet' : table;
    if (!isTerminal()) return this.log(text);
    // A line that wraps would be two, and the next table drawn below the rest of it.
    const lines = text.split('\n').map((line) => cliTruncate(line, process.stdout.columns));
    process.stdout.write(ansiEscapes.eraseLines(this.#drawnLines));
    this.log(lines.join('\n'));
    this.#drawnLines = lines.length + 1;
  }
}

/** Undefined in a pipe, whatever its type says. */
function isTerminal(): boolean {
  return process.stdout.isTTY;
}

function windowOf(text: string): WindowSize {
  if (!/^\d+$/.test(text)) return { ms: parseDurationMs(text) };
  if (Number(text) >= 2) return { count: Number(text) };
  throw usageError(`A window of ${text} measures nothing`, 'a rate needs two signals', ['write e.g. --window 100']);
}
