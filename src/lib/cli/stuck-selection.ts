import type { Letter } from '../dead-letter/letter.js';
import { KlorosError } from '../base/errors.js';
import type { LateRow, Waiting, WaitingRow } from '../expectations/waiting-row.js';
import { notFoundError } from './command-error.js';

/** Which rows are meant; all of it holds. */
export interface StuckFilter {
  /** Of a trigger or a timeout, or what was asked for. */
  id?: string | undefined;
  overdue: boolean;
  daemon?: string | undefined;
}

/** The rows that are meant. Throws where an id is not among them, or a filter leaves none. */
export function chosenRows(all: Waiting, filter: StuckFilter): Waiting {
  const { id, overdue, daemon } = filter;
  const isMeant = (row: WaitingRow) =>
    (id === undefined || namesOf(row).includes(id)) &&
    (daemon === undefined || row.daemon === daemon) &&
    (!overdue || row.overdue || row.state === 'dead');
  const late = id === undefined ? all.late : all.late.filter((row) => namesOf(row).includes(id));
  const isNarrow = overdue || daemon !== undefined;
  const found = { ...all, waiting: all.waiting.filter(isMeant), late: isNarrow ? [] : late };
  if (found.waiting.length + found.late.length > 0) return found;
  if (id !== undefined && all.total + all.late.length > 0) throw unknownId(all, id);
  if (isNarrow || id !== undefined) throw nothingMatched(all);
  return found;
}

/** A dead letter's own commands are nearer than a search for it. */
export function withLetters(rows: readonly WaitingRow[], letters: readonly Letter[]): WaitingRow[] {
  return rows.map((row) => {
    const letter = letters.find(({ signalId, daemon }) => signalId === row.trigger_id && daemon === row.daemon);
    if (row.state !== 'dead' || letter === undefined) return row;
    return { ...row, next: [`kloros dlq show ${letter.id}`, `kloros dlq replay ${letter.id}`] };
  });
}

function namesOf({ trigger_id, key, timeout }: Pick<WaitingRow | LateRow, 'trigger_id' | 'key' | 'timeout'>): string[] {
  return [trigger_id, ...(key === null ? [] : [key]), ...(timeout === null ? [] : [timeout.id])];
}

function unknownId({ waiting, late }: Waiting, name: string): KlorosError {
  const candidates = [...waiting, ...late].flatMap(namesOf);
  return notFoundError({ kind: 'waiting trigger', name, candidates, command: 'kloros stuck', list: 'kloros stuck' });
}

function nothingMatched({ total }: Waiting): KlorosError {
  return new KlorosError({
    code: 'WAITING_NOT_FOUND',
    message: 'Nothing that waits matches',
    why: total === 0 ? 'every trigger has its completion' : `${total} wait, and none of them is meant`,
    next: total === 0 ? [] : ['kloros stuck'],
  });
}
