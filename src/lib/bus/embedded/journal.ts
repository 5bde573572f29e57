import { KlorosError } from '../../base/errors.js';
import type { Logger } from '../../base/log.js';
import type { Refusal } from '../bus.js';
import { openAppender } from './append.js';
import { reserveWatch, takeBallast } from './ballast.js';
import { Bell } from './bell.js';
import { Claimer } from './claim.js';
import { openConsumers, type ConsumerRegister } from './consumers.js';
import { openDatabase, type Database } from './database.js';
import { openDeadStore, type DeadStore } from './dead.js';
import type { Answer, Kind, Operation, Operations } from './operations.js';
import { openForget } from './forget.js';
import { guardJournal, type Guard } from './guard.js';
import { explainedError } from './journal-errors.js';
import { openDue } from './due.js';
import { openOwners, type Owners } from './owners.js';
import { openOutages } from './outages.js';
import { untilFree } from './patience.js';
import { openPauses, type PauseBook } from './pauses.js';
import { openPass } from './pass.js';
import { openReader, PAGE, type Reader } from './reader.js';
import { openRefusals } from './refusals.js';
import { Settler, type Doors } from './settle.js';
import { openSubjectWriter, openUnindexed, type UnindexedPage } from './subject-table.js';
import { openStateStore, type StateStore } from './state.js';
import { openUpkeep } from './upkeep.js';
import { Writer, type Apply, type WriterEvents } from './writer.js';

/** The durable log of signals of one installation, open in this process (D1). */
export interface Journal {
  path: string;
  read: Reader;
  dead: Pick<DeadStore, 'after'>;
  state: Pick<StateStore, 'of'>;
  owners: Owners;
  consumers: ConsumerRegister;
  pauses: Pick<PauseBook, 'of'>;
  /** What was refused, to whom and by whom. */
  refusals(): Refusal[];
  /** Consumers that have something to do, and no living process. */
  due(nowMs: number, named: readonly string[]): string[];
  /** The next page that is not searched for names of subjects; undefined where all is. */
  unindexed(): UnindexedPage | undefined;
  /** Rings when something was said, here or in another process. */
  bell: Pick<Bell, 'listen'>;
  /** Throws JOURNAL_GONE where what is written now would be found by nobody. */
  demandPlace(): void;
  /** Resolves after the commit that holds the operation. */
  write<K extends Kind>(operation: Operation<K>): Promise<Answer<K>>;
  close(): Promise<void>;
}

type Handlers = { [K in Kind]: (input: Operations[K]['in']) => Operations[K]['out'] };

const HEARD: ReadonlySet<Kind> = new Set(['append', 'appendForeign', 'say', 'reopen', 'pause']);
const UNATTENDED_WAL_BYTES = 64 * 1024 * 1024;
const REFUSED_WHEN_FULL: ReadonlySet<Kind> = new Set(['append', 'appendForeign', 'say']);

/** What a journal tells its owner, besides what its writer does. */
export interface JournalEvents extends WriterEvents {
  /** This process cannot go on: the journal is damaged, or no longer the file at its path. Told once. */
  lost?: (error: KlorosError) => void;
}

/** Opens the journal at a path, making it when it is not there. */
export async function openJournal(path: string, log: Logger, events: JournalEvents = {}): Promise<Journal> {
  const database = await openDatabase(path);
  const guard = guardJournal(path, (error) => events.lost?.(error));
  try {
    // Somebody may change or recover the journal just now, and then a statement cannot even be compiled.
    const parts = await untilFree(path, () => openParts(database));
    return journalOf({ path, log, database, guard, parts, events });
  } catch (error) {
    guard.close();
    database.close();
    throw explainedError(path, error);
  }
}

interface Opened {
  path: string;
  log: Logger;
  database: Database;
  guard: Guard;
  parts: Parts;
  events: WriterEvents;
}

function journalOf({ path, log, database, guard, parts, events }: Opened): Journal {
  const { handlers, unindexed, due, refusals, ...shown } = parts;
  const often = () => relieve(database, parts.read);
  const writer = new Writer(database, dispatch(handlers), { often, ...events, guard });
  const hasReserve = reserveWatch(path);
  takeBallast(path);
  const bell = new Bell(path, log);
  return {
    path,
    ...watchedParts(guard, shown),
    ...guard.watch({ due, unindexed, refusals: () => refusals.all() }),
    bell,
    demandPlace: () => guard.demandPlace(),
    write: async (operation) => {
      if (REFUSED_WHEN_FULL.has(operation.kind)) {
        guard.demand();
        if (!hasReserve()) {
          guard.demandPlace(); // The reserve is gone with the folder.
          throw fullError(path);
        }
      }
      const answer = await writer.submit(operation);
      if (isHeard(operation as Operation)) bell.ring();
      return answer;
    },
    close: async () => {
      await writer.close();
      guard.close();
      bell.close();
      database.close();
    },
  };
}

type Parts = ReturnType<typeof openParts>;

function openParts(database: Database) {
  const dead = openDeadStore(database);
  const state = openStateStore(database);
  const consumers = openConsumers(database);
  const pauses = openPauses(database);
  return {
    dead,
    state,
    consumers,
    pauses,
    handlers: openHandlers(database, { dead, state, consumers }, pauses),
    read: openReader(database),
    owners: openOwners(database),
    due: openDue(database),
    unindexed: openUnindexed(database, PAGE),
    refusals: openRefusals(database),
  };
}

function watchedParts(guard: Guard, parts: Omit<Parts, 'handlers' | 'due' | 'unindexed' | 'refusals'>) {
  const { dead, state, consumers, pauses, read, owners } = parts;
  return {
    dead: guard.watch(dead),
    state: guard.watch(state),
    consumers: guard.watch(consumers),
    pauses: guard.watch(pauses),
    read: guard.watch(read),
    owners: guard.watch(owners),
  };
}

/** The hub checkpoints in a thread of its own; without a hub the WAL would grow for ever, so others do it when it is huge. */
function relieve(database: Database, read: Reader): void {
  if (read.wal().usedBytes > UNATTENDED_WAL_BYTES) database.pragma('wal_checkpoint(PASSIVE)');
}

/** Whether an operation gives somebody something to do. */
function isHeard(operation: Operation): boolean {
  if (operation.kind === 'settle') return operation.outcome.kind === 'done' && operation.outcome.rows.length > 0;
  return HEARD.has(operation.kind);
}

function openHandlers(database: Database, stores: Omit<Doors, 'appender'>, pauses: PauseBook): Handlers {
  const { dead, state } = stores;
  const appender = openAppender(database, (row) => pauses.obey(row));
  const settler = new Settler(database, { appender, ...stores });
  const claimer = new Claimer(database, { appender, dead, pauses });
  const upkeep = openUpkeep(database, dead);
  return {
    ...upkeep,
    index: openSubjectWriter(database),
    forget: openForget(database, dead),
    pause: (change) => pauses.change(change),
    report: (input) => openOutages(database).report(input),
    settle: (input) => settler.settle(input),
    claim: (input) => {
      const claimed = claimer.claim(input);
      // Who takes up work lives: else one whose work is short, and ends before a beat is due, looks silent.
      if (claimed.length > 0) upkeep.beat(input);
      return claimed;
    },
    append: ({ rows }) => appender.append(rows),
    refuse: ({ refusals, nowMs }) => openRefusals(database).noteAtDoor(refusals, nowMs),
    pass: openPass(database),
    appendForeign: ({ rows, nowMs }) => appender.appendForeign(rows, nowMs),
    say: ({ daemon, rows, deadLetters, state: changes, nowMs }) => {
      appender.append(rows);
      deadLetters.forEach((letter) => dead.bury(letter, { nowMs }));
      state.apply(daemon, changes);
    },
  };
}

function dispatch(handlers: Handlers): Apply {
  return <K extends Kind>(operation: Operation<K>) => {
    const handle = handlers[operation.kind] as (input: Operations[K]['in']) => Operations[K]['out'];
    return handle(operation);
  };
}

function fullError(path: string): KlorosError {
  return new KlorosError({
    code: 'DISK_FULL',
    message: 'The signal was not accepted',
    why: `the disk of ${path} is full, and what room is left serves to settle what was accepted before`,
    next: ['free space on that disk; the hub takes up its reserve again and all resumes by itself'],
  });
}
