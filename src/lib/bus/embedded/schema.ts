/**
 * Tables of the journal.
 *
 * signals    what was said, in order; `frame` is the second wire frame, byte for byte; `entrance` is by which door it came
 *            in, `chain` the least entrance of all that led to it
 * entrances  origins with their authority, which is in the low bits of their number (signals/origin.ts)
 * subscriptions  whom each consumer takes a name from: the bits of `mask` are authorities
 * refusals   what was not taken, counted for each consumer, name and entrance, with one sample
 * foreign_seen  what foreign messages were seen lately, and as which signal, to take a doubled one as one
 * consumers  who hears what, and up to where each has fetched
 * work       one row per fetched and unsettled signal of a consumer; token 0 is "nobody holds it"
 * owners     processes that hold work, with the heartbeat that proves life
 * dead       open dead letters
 * state      what daemons keep between signals, and under `colony` who is paused
 * subjects   which signals name an intent, a question, a capability, …: written by the hub up to `indexed` of meta
 */
export const SCHEMA_VERSION = 6;

/** Those who only look bring nothing up to date, and a journal without origins tells them too little. */
export const OLDEST_LOOKED_AT = 6;

/** A name goes with the signal that says it, whoever removes that; an older kloros that still runs too. */
const SUBJECTS = `
CREATE TABLE subjects (
  name TEXT NOT NULL, kind TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (name, kind, seq)
) WITHOUT ROWID;
CREATE INDEX subjects_seq ON subjects (seq);
CREATE TRIGGER subjects_gone AFTER DELETE ON signals BEGIN DELETE FROM subjects WHERE seq = old.seq; END;
INSERT INTO meta VALUES ('indexed', 0);
`;

/** 32 is what was journalled before origins were: the bit of `unrecorded`. */
const ORIGINS = `
CREATE TABLE entrances (id INTEGER PRIMARY KEY, origin TEXT NOT NULL);
INSERT INTO entrances VALUES (32, 'unrecorded');
CREATE TABLE subscriptions (
  consumer INTEGER NOT NULL, name_id INTEGER NOT NULL, mask INTEGER NOT NULL, PRIMARY KEY (consumer, name_id)
) WITHOUT ROWID;
CREATE INDEX subscriptions_name ON subscriptions (name_id);
CREATE TABLE refusals (
  consumer TEXT NOT NULL, name TEXT NOT NULL, entrance INTEGER NOT NULL, reason TEXT NOT NULL,
  count INTEGER NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, sample TEXT,
  PRIMARY KEY (consumer, name, entrance, reason)
) WITHOUT ROWID;
`;

/** Covers what a claim asks, so that it passes over what its consumer does not take without reading it. */
const SIGNALS_NAME = 'CREATE INDEX signals_name ON signals (name_id, seq, entrance, priority);';

/** Statements that make an empty database a journal. */
export const SCHEMA = `
CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE signals (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  name_id INTEGER NOT NULL,
  trace TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  frame BLOB NOT NULL,
  entrance INTEGER NOT NULL DEFAULT 32,
  chain INTEGER NOT NULL DEFAULT 32
);
CREATE UNIQUE INDEX signals_id ON signals (id);
${SIGNALS_NAME}
CREATE INDEX signals_trace ON signals (trace);
CREATE INDEX signals_time ON signals (at_ms, name_id);
CREATE TABLE foreign_seen (key TEXT PRIMARY KEY, until_ms INTEGER NOT NULL, id TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE INDEX foreign_seen_until ON foreign_seen (until_ms);
CREATE TABLE consumers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  fetched INTEGER NOT NULL,
  max_attempts INTEGER NOT NULL,
  ordered INTEGER NOT NULL,
  urgent_first INTEGER NOT NULL,
  enabled INTEGER NOT NULL DEFAULT 1,
  handled_ms INTEGER
);
CREATE TABLE work (
  consumer INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  token INTEGER NOT NULL DEFAULT 0,
  owner INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  deaths INTEGER NOT NULL DEFAULT 0,
  replay INTEGER NOT NULL DEFAULT 0,
  priority INTEGER NOT NULL,
  not_before_ms INTEGER NOT NULL DEFAULT 0,
  first_failed_ms INTEGER,
  first_attempt_ms INTEGER,
  PRIMARY KEY (consumer, seq)
) WITHOUT ROWID;
CREATE INDEX work_ready ON work (consumer, priority, seq) WHERE token = 0;
CREATE INDEX work_suspect ON work (consumer, seq) WHERE deaths > 0;
CREATE TABLE owners (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  boot_id TEXT NOT NULL, pid INTEGER NOT NULL, start_ticks TEXT NOT NULL,
  name TEXT NOT NULL, role TEXT UNIQUE, beat INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE dead (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  daemon TEXT NOT NULL,
  seq INTEGER,
  letter TEXT NOT NULL
);
CREATE INDEX dead_seq ON dead (seq) WHERE seq IS NOT NULL;
CREATE TABLE state (daemon TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (daemon, key)) WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('token', 0), ('hub_cursor', 0), ('projected', 0);
${ORIGINS}${SUBJECTS}`;

/** What makes a journal of a version one of the next: index 0 leads from version 1 to 2. */
export const UPGRADES: readonly string[] = [
  'ALTER TABLE work ADD COLUMN first_attempt_ms INTEGER',
  // A window of time is found without reading what lies outside of it, and counted without reading a signal.
  'CREATE INDEX signals_time ON signals (at_ms, name_id)',
  // As which signal it was seen, for whoever asks again. What is over is found by its time, as it is looked for at every request.
  `ALTER TABLE foreign_seen ADD COLUMN id TEXT NOT NULL DEFAULT '';
   CREATE INDEX foreign_seen_until ON foreign_seen (until_ms)`,
  // What the journal has already is written down by the hub, page by page, and not by an upgrade that everybody waits for.
  SUBJECTS,
  // What a consumer had subscribed to it goes on to take from whoever it came, until it declares from whom.
  `ALTER TABLE signals ADD COLUMN entrance INTEGER NOT NULL DEFAULT 32;
   ALTER TABLE signals ADD COLUMN chain INTEGER NOT NULL DEFAULT 32;
   DROP INDEX signals_name;
   ${SIGNALS_NAME}
   ${ORIGINS}
   INSERT OR IGNORE INTO names (name) SELECT DISTINCT value FROM consumers, json_each(hears);
   INSERT INTO subscriptions SELECT consumers.id, names.id, 63
     FROM consumers, json_each(hears) JOIN names ON names.name = json_each.value;
   ALTER TABLE consumers DROP COLUMN hears`,
];
