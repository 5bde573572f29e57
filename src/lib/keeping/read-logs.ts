import { KlorosError } from '../base/errors.js';
import { logFilesOf } from '../supervise/log-files.js';
import { readJournal, type JournalLine } from '../systemd/journal.js';
import { keeperWords, type KeeperKind } from './keeper.js';
import { followLines, lastLines, linesSince, type LoggedLine } from './log-tail.js';

const MS_PER_S = 1_000;

/** A line, from wherever it is kept. */
export type LogLine =
  { kind: 'journal'; object: JournalLine } | { kind: 'file'; object: unknown; daemon: string; text: string };

/** Whose lines, and how many. */
export interface LogsRequest {
  kind: KeeperKind;
  /** Of the log files. */
  folder: string;
  daemons: readonly string[];
  lines: number;
  /** Epoch milliseconds: all since then, and not so many of the last. */
  sinceMs?: number | undefined;
  follow: boolean;
  abort: AbortSignal;
  env: NodeJS.ProcessEnv;
  onLine: (line: LogLine) => Promise<void>;
}

/** Reads the journal or the log files; false where the journal could not be read to its end. Throws LOGS_NOT_FOUND. */
export async function readLogs(request: LogsRequest): Promise<boolean> {
  const { kind, folder, daemons, lines, sinceMs, follow, abort, env, onLine } = request;
  if (kind.kind === 'systemd') {
    const { scope } = kind;
    const say = (object: JournalLine) => void onLine({ kind: 'journal', object });
    return (
      (await readJournal({ scope, daemons, lines, since: atText(sinceMs), follow, abort, env, onLine: say })) === 0
    );
  }
  const isWritten = kind.kind === 'up' && kind.detached;
  if (!isWritten && daemons.every((daemon) => logFilesOf(folder, daemon).length === 0)) throw noLogs(kind);
  const past = sinceMs === undefined ? lastLines(folder, daemons, lines) : linesSince(folder, daemons, sinceMs);
  for (const line of past) await onLine(fileLine(line));
  if (follow) for await (const line of followLines(folder, daemons, abort)) await onLine(fileLine(line));
  return true;
}

/** A time as journalctl reads it. */
function atText(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : `@${(ms / MS_PER_S).toFixed(3)}`;
}

function fileLine({ daemon, text }: LoggedLine): LogLine {
  return { kind: 'file', object: objectOf(daemon, text), daemon, text };
}

/** What is no JSON is shown with its daemon's name. */
function objectOf(daemon: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return { daemon, msg: text };
  }
}

function noLogs(kind: KeeperKind): KlorosError {
  return new KlorosError({
    code: 'LOGS_NOT_FOUND',
    message: 'These daemons have no log files',
    why: kind.kind === 'up' ? `${keeperWords(kind)} writes to its terminal` : 'nothing ran detached in this home',
    next: ['have log files: kloros up --detach', 'or have systemd keep the journal: kloros systemd install'],
  });
}
