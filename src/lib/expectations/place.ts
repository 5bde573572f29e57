import type { BegunWork, ConsumerStatus, JournalView, Standing } from '../bus/bus.js';
import { catalogue } from '../signals/catalogue.js';
import type { Expectation } from './expectation.js';
import type { OpenTrigger } from './open-triggers.js';

/** Who has to work at a trigger. */
export type Hearer = Pick<ConsumerStatus, 'name' | 'paused' | 'pids'>;

/**
 * Where a trigger is: in nobody's queue, or refused by all who have one, in one, being worked at, or settled without an answer; a dead letter will
 * never be answered by itself.
 */
export type Place =
  | { kind: 'unheard' | 'refused' }
  | { kind: 'queued' | 'handled' | 'dead'; daemon: string }
  | ({ kind: 'running' | 'backoff'; daemon: string } & Pick<
      BegunWork,
      'attempts' | 'firstAttemptAtMs' | 'notBeforeMs'
    >);

const PAGE = 500;

/** The daemons that hear a trigger; of several those that the catalogue knows to say its completion. */
export function hearersOf({ after, until }: Expectation, consumers: readonly ConsumerStatus[]): Hearer[] {
  const hearing = consumers.filter(({ enabled, hears }) => enabled && hears.includes(after));
  const saying = hearing.filter(({ name }) => catalogue.get(until)?.emitters.includes(name));
  return saying.length > 0 ? saying : hearing;
}

/** Says where triggers are; reads what was begun once and everything else where it is asked for. */
export class Places {
  readonly #journal: JournalView;
  readonly #hearers: readonly Hearer[];
  readonly #begun: ReadonlyMap<string, Place>;

  private constructor(journal: JournalView, hearers: readonly Hearer[], begun: ReadonlyMap<string, Place>) {
    this.#journal = journal;
    this.#hearers = hearers;
    this.#begun = begun;
  }

  static async read(journal: JournalView, hearers: readonly Hearer[]): Promise<Places> {
    const begun = new Map<string, Place>();
    for (const { name } of hearers)
      for await (const work of begunBy(journal, name)) {
        const { attempts, firstAttemptAtMs, notBeforeMs } = work;
        const kind = work.running ? 'running' : 'backoff';
        begun.set(work.signalId, { kind, daemon: name, attempts, firstAttemptAtMs, notBeforeMs });
      }
    return new Places(journal, hearers, begun);
  }

  /** Where it is known to be at no cost, else undefined. */
  known({ id }: Pick<OpenTrigger, 'id'>): Place | undefined {
    return this.#hearers.length === 0 ? { kind: 'unheard' } : this.#begun.get(id);
  }

  /** Of several daemons the one that has still to do something speaks. */
  async of(trigger: Pick<OpenTrigger, 'id'>): Promise<Place> {
    const known = this.known(trigger);
    if (known !== undefined) return known;
    const standings = await Promise.all(
      this.#hearers.map(async ({ name }) => ({ name, standing: await this.#journal.standing(name, trigger.id) })),
    );
    // What was claimed since the begun work was read counts as waiting until the next look.
    for (const [kind, names] of KINDS) {
      const found = standings.find(({ standing }) => names.includes(standing));
      if (found !== undefined) return { kind, daemon: found.name };
    }
    return { kind: standings.some(({ standing }) => standing === 'refused') ? 'refused' : 'unheard' };
  }
}

/** The first that holds of any daemon holds of the trigger. */
const KINDS: readonly ['queued' | 'dead' | 'handled', readonly Standing[]][] = [
  ['queued', ['waiting', 'running']],
  ['dead', ['dead']],
  ['handled', ['handled']],
];

async function* begunBy(journal: JournalView, daemon: string): AsyncGenerator<BegunWork> {
  for (let afterSeq = 0; ;) {
    const page = await journal.begun(daemon, afterSeq);
    yield* page;
    if (page.length < PAGE) return;
    afterSeq = page.at(-1)?.seq ?? afterSeq;
  }
}
