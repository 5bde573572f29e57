import { isoTimestamp, type Clock } from '../base/clock.js';
import type { Bus, Standing } from '../bus/bus.js';
import type { Resolution } from './archive.js';
import type { Letter } from './letter.js';
import { paced } from './pace.js';
import { planReplay, withoutForgotten, type Plan } from './plan.js';
import type { IntentFolders } from './put-back.js';
import type { Became, ReplayedRow, ReplayResult } from './replay-result.js';
import type { RunRecord, SentRow } from './run-record.js';
import { send, signalAnew, type Sent } from './send.js';
import { conditionOf } from './filter.js';
import type { DeadLetterStore } from './store.js';
import { watch, type Underway } from './watch.js';

/** What a replay needs. */
export interface ReplayOptions {
  bus: Pick<Bus, 'deadLetters' | 'standing' | 'consumers' | 'reopen' | 'resolve' | 'emit' | 'find'>;
  store: DeadLetterStore;
  folders: IntentFolders;
  clock: Clock;
  abort: AbortSignal;
  progress: (done: number, total: number) => void;
  /** Told while a step is watched. */
  watching?: (decided: number, total: number) => void;
}

const DECIDED: Partial<Record<Standing, Became>> = { handled: 'handled', dead: 'failed again' };
const BECAME: Record<Sent['kind'], Became> = {
  sent: 'sent',
  settled: 'settled',
  unsendable: 'not sent',
  failed: 'not sent',
};
const ARCHIVE_EVERY_MS = 30_000;

/**
 * Sends the rows of a frozen selection, step by step, and says what became of each.
 *
 * Each row is sent → noted in the run's record → watched → archived. A crash before the note sends it once more, which
 * the journal takes as once: a reopened letter cannot be reopened, and a new signal has the same id. A crash before the
 * archive leaves its row in the queue until the run is resumed. Rows are archived together, because each time the file
 * is rewritten.
 */
export class Replay {
  readonly #record: RunRecord;
  readonly #options: ReplayOptions;
  readonly #rows = new Map<string, ReplayedRow & { newId?: string }>();
  readonly #unarchived = new Set<string>();
  #archivedAtMs: number;
  #sendingMs = 0;

  constructor(record: RunRecord, options: ReplayOptions) {
    this.#record = record;
    this.#options = options;
    this.#archivedAtMs = options.clock.monotonicMs();
  }

  /** Runs to the end, or until it is interrupted or a step fails; then the record stays. Throws FILE_BUSY where it runs. */
  async run(): Promise<ReplayResult> {
    return this.#record.alone(async () => {
      const rest = await this.#lookBack();
      const stopped = await this.#sendSteps(rest);
      await this.#archive();
      const left = this.#leftOf(rest);
      if (left === 0) await this.#record.end();
      return this.#result(left, stopped);
    });
  }

  /** Sends nothing more: what was sent goes to the archive, and the rest stays in the queue as any other row. */
  async abandon(): Promise<ReplayResult> {
    return this.#record.alone(async () => {
      await this.#noteSaid();
      const rest = await this.#lookBack();
      await this.#archive();
      await this.#record.end();
      return this.#result(rest.length, 'abandoned');
    });
  }

  /** What was said anew just before a crash is noted now: replayed as another run it would be said a second time. */
  async #noteSaid(): Promise<void> {
    const sent = new Set((await this.#record.sent()).map(({ id }) => id));
    const unsure = (await this.#record.announced()).filter(({ id }) => !sent.has(id));
    const isSaid = async ({ newId = '' }: SentRow) => (await this.#options.bus.find(newId)) !== undefined;
    const said = await Promise.all(unsure.map(async (row) => ((await isSaid(row)) ? [row] : [])));
    if (said.flat().length > 0) await this.#record.note(said.flat());
  }

  /** Resolves with what is still to be sent. */
  async #lookBack(): Promise<Plan[]> {
    const { store, bus } = this.#options;
    const { header } = this.#record;
    const before = await this.#record.sent();
    const letters = await store.read(conditionOf({ ids: header.ids }));
    const sentBefore = new Map(before.map((row) => [row.id, row]));
    const plans = await withoutForgotten(await planReplay(letters, bus, header.broadcast), bus);
    this.#noteEarlier(plans, sentBefore);
    await this.#noteGone(new Set([...letters.map(({ id }) => id), ...sentBefore.keys()]));
    return plans.filter(({ letter }) => !sentBefore.has(letter.id));
  }

  #result(left: number, stopped: ReplayResult['stopped']): ReplayResult {
    const { run } = this.#record.header;
    return { run, rows: [...this.#rows.values()].map(plain), left, stopped, sendingMs: this.#sendingMs };
  }

  /** Rows that a run before this one sent and did not live to archive. */
  #noteEarlier(plans: readonly Plan[], sent: ReadonlyMap<string, SentRow>): void {
    for (const plan of plans) {
      const earlier = sent.get(plan.letter.id);
      if (earlier) this.#note(plan, { kind: 'sent', ...earlier, detail: plan.why ?? '' });
    }
  }

  /** Rows of the selection that somebody else took out of the queue. */
  async #noteGone(known: ReadonlySet<string>): Promise<void> {
    const gone = new Set(this.#record.header.ids.filter((id) => !known.has(id)));
    if (gone.size === 0) return;
    for (const id of gone) this.#noteLeft({ id, how: 'nobody says how' });
    for await (const { letter, resolution } of this.#options.store.archivedLetters())
      if (gone.has(letter.id)) this.#noteLeft({ ...letter, how: resolution.kind });
  }

  #noteLeft({ id, daemon = '', signalName: signal = '', how }: Partial<Letter> & { id: string; how: string }): void {
    this.#rows.set(id, { id, daemon, signal, became: 'gone', detail: `it left the queue before: ${how}` });
  }

  async #sendSteps(plans: readonly Plan[]): Promise<ReplayResult['stopped']> {
    const { ramp } = this.#record.header;
    for (const step of stepsOf(plans, ramp)) {
      const underway = await this.#sendStep(step, plans.length);
      await this.#watch(underway);
      if (this.#options.abort.aborted) return 'interrupted';
      const able = step.filter(({ way }) => way !== 'none');
      const became = able.map(({ letter }) => this.#rows.get(letter.id)?.became);
      if (ramp !== null && became.some((one) => one === 'failed again' || one === 'not sent')) return 'step failed';
      if (ramp !== null && became.includes('waiting')) return 'step undecided';
      // Nothing says how these end, e.g. an intent in its folder: the next step would follow one that may have failed.
      if (ramp !== null && became.includes('sent') && this.#leftOf(plans) > 0) return 'step undecided';
    }
    return null;
  }

  #leftOf(plans: readonly Plan[]): number {
    return plans.filter(({ letter }) => !this.#rows.has(letter.id)).length;
  }

  async #sendStep(step: readonly Plan[], total: number): Promise<Underway[]> {
    const { clock, abort } = this.#options;
    const { rate } = this.#record.header;
    const startMs = clock.monotonicMs();
    const underway: Underway[] = [];
    for await (const batch of paced(step, { rate, clock, abort })) {
      underway.push(...(await this.#sendBatch(batch)));
      this.#options.progress(this.#rows.size, total);
      if (clock.monotonicMs() - this.#archivedAtMs > ARCHIVE_EVERY_MS) await this.#archive();
    }
    this.#sendingMs += clock.monotonicMs() - startMs;
    return underway;
  }

  async #sendBatch(batch: readonly Plan[]): Promise<Underway[]> {
    const { bus, folders, store } = this.#options;
    const run = this.#record.header;
    const saying = batch.flatMap(({ letter, way }) => (way === 'say' ? [letter] : []));
    const announced = saying.flatMap((letter) => {
      const signal = signalAnew(letter, run);
      return signal === undefined ? [] : [{ id: letter.id, newId: signal.id }];
    });
    if (announced.length > 0) await this.#record.announce(announced);
    const sent = await Promise.all(
      batch.map(async (plan) => ({ plan, sent: await send(plan, { bus, folders, store, run }) })),
    );
    const noted = sent.flatMap(({ plan, sent: one }) => (one.kind === 'sent' ? [sentRow(plan.letter.id, one)] : []));
    if (noted.length > 0) await this.#record.note(noted);
    sent.forEach(({ plan, sent: one }) => this.#note(plan, one));
    return sent.flatMap(({ plan, sent: one }) => underwayOf(plan, one));
  }

  async #watch(underway: readonly Underway[]): Promise<void> {
    const { bus, clock, abort } = this.#options;
    const progress = (decided: number) => this.#options.watching?.(decided, underway.length);
    const standings = await watch(underway, { bus, clock, abort, progress, limitMs: this.#record.header.watchMs });
    for (const [id, standing] of standings) {
      const row = this.#rows.get(id);
      if (row) row.became = DECIDED[standing] ?? (standing === 'unknown' ? row.became : 'waiting');
    }
  }

  #note({ letter }: Plan, sent: Sent): void {
    const { id, daemon, signalName: signal } = letter;
    const became = BECAME[sent.kind];
    const newId = sent.kind === 'sent' && sent.newId !== undefined ? { newId: sent.newId } : {};
    const detail = sent.detail === undefined || sent.detail === '' ? {} : { detail: sent.detail };
    this.#rows.set(id, { id, daemon, signal, became, ...detail, ...newId });
    if (became !== 'not sent') this.#unarchived.add(id);
  }

  /** Moves what was sent out of the queue; what failed again in the meantime is a newer row and stays. */
  async #archive(): Promise<void> {
    this.#archivedAtMs = this.#options.clock.monotonicMs();
    if (this.#unarchived.size === 0) return;
    const at = isoTimestamp(this.#options.clock.nowMs());
    await this.#options.store.hold((held) =>
      held.archive(({ id }) => (this.#unarchived.has(id) ? this.#resolution(id, at) : undefined)),
    );
    this.#unarchived.clear();
  }

  #resolution(id: string, at: string): Resolution {
    const row = this.#rows.get(id);
    const kind = row?.became === 'settled' ? 'resolved' : 'replayed';
    const newId = row?.newId === undefined ? {} : { newId: row.newId };
    return { kind, at, reason: this.#record.header.reason, became: row?.became ?? 'sent', ...newId };
  }
}

/** Sizes 1, 5, 20: the first, the next five, the next twenty, and twenty again until the end. */
function* stepsOf(plans: readonly Plan[], ramp: readonly number[] | null): Generator<Plan[]> {
  if (ramp === null) {
    yield [...plans];
    return;
  }
  for (let from = 0, step = 0; from < plans.length; step += 1) {
    const size = ramp[Math.min(step, ramp.length - 1)] ?? plans.length;
    yield plans.slice(from, from + size);
    from += size;
  }
}

function underwayOf({ letter, way }: Plan, sent: Sent): Underway[] {
  if (sent.kind !== 'sent') return [];
  const signalId = way === 'reopen' ? letter.signalId : sent.newId;
  return signalId == null ? [] : [{ id: letter.id, daemon: letter.daemon, signalId }];
}

function sentRow(id: string, { newId }: { newId?: string }): SentRow {
  return { id, ...(newId === undefined ? {} : { newId }) };
}

function plain({ newId: _newId, ...row }: ReplayedRow & { newId?: string }): ReplayedRow {
  return row;
}
