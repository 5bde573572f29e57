import { COLONY } from '../../src/lib/signals/origin.js';
import type { BegunWork, ConsumerStatus, JournalView, Recorded, Standing } from '../../src/lib/bus/bus.js';
import type { Facts, Signal } from '../../src/lib/signals/envelope.js';
import { mint } from '../../src/lib/signals/mint.js';

/** A signal as a test writes it down. */
export interface Written {
  id: string;
  name: string;
  facts?: Facts;
  atMs: number;
  /** When the journal took it, where that is another time than its publisher's clock showed. */
  receivedAtMs?: number;
  cause?: Pick<Signal, 'id' | 'trace'>;
}

/** A journal that a test writes by hand: what was said, who hears it, and what became of each signal. */
export class WrittenJournal implements JournalView {
  readonly rows: Recorded[] = [];
  readonly begunWork: BegunWork[] = [];
  readonly standings = new Map<string, Standing>();
  hearers: ConsumerStatus[] = [];
  /** Pages that were read. */
  reads = 0;

  write({ id, name, facts = {}, atMs, receivedAtMs = atMs, cause }: Written): Signal {
    const signal = mint({ signal: name, facts }, { id, source: 'test', nowMs: atMs, ...(cause ? { cause } : {}) });
    const seq = this.rows.length + 1;
    this.rows.push({ seq, signal, frame: Buffer.alloc(0), receivedAtMs, from: COLONY, chain: COLONY });
    return signal;
  }

  /** A daemon that hears these names. */
  hears(name: string, ...hears: string[]): ConsumerStatus {
    const figures = { lag: 0, running: 0, waiting: 0, lastHandledAtMs: null, pids: [1] };
    const status: ConsumerStatus = { name, hears, paused: false, pause: null, outages: [], enabled: true, ...figures };
    this.hearers.push(status);
    return status;
  }

  /** Somebody works at a signal since then. */
  begin(signal: Signal, firstAttemptAtMs: number, more: Partial<BegunWork> = {}): void {
    this.end(signal);
    const seq = this.rows.find((row) => row.signal.id === signal.id)?.seq ?? 0;
    const first = { seq, signalId: signal.id, attempts: 1, firstAttemptAtMs, running: true, notBeforeMs: 0 };
    this.begunWork.push({ ...first, ...more });
  }

  /** Nobody works at it any more. */
  end(signal: Signal, standing: Standing = 'handled'): void {
    const at = this.begunWork.findIndex(({ signalId }) => signalId === signal.id);
    if (at >= 0) this.begunWork.splice(at, 1);
    this.standings.set(signal.id, standing);
  }

  browse: JournalView['browse'] = async ({ afterSeq = 0, sinceMs = 0, untilMs = Infinity, signals, limit = 500 }) => {
    this.reads += 1;
    const wanted = ({ seq, signal, receivedAtMs }: Recorded) =>
      seq > afterSeq &&
      receivedAtMs >= sinceMs &&
      receivedAtMs <= untilMs &&
      (signals?.includes(signal.signal) ?? true);
    return this.rows.filter(wanted).slice(0, limit);
  };

  find: JournalView['find'] = async (id) => this.rows.find(({ signal }) => signal.id === id);
  newest: JournalView['newest'] = async () => this.rows.length;
  consumers: JournalView['consumers'] = async () => this.hearers;
  standing: JournalView['standing'] = async (_daemon, id) => this.standings.get(id) ?? 'waiting';
  begun: JournalView['begun'] = async (_daemon, afterSeq) => this.begunWork.filter(({ seq }) => seq > afterSeq);
}
