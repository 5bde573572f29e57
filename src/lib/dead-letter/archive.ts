import { isUtf8 } from 'node:buffer';
import { parseJson } from '../base/json-text.js';
import type { Facts } from '../signals/envelope.js';
import { letterOf, type Letter } from './letter.js';

/**
 * Why a row left the queue: `replayed`, `edited` (said anew with other facts), `deleted` by prune, `resolved` (the
 * journal had no such failure any more), or `superseded` by a newer failure of the same.
 */
export type Departure = 'replayed' | 'edited' | 'deleted' | 'resolved' | 'superseded';

/** How a row left the queue. */
export interface Resolution {
  kind: Departure;
  /** ISO 8601. */
  at: string;
  /** What the operator said. */
  reason: string | null;
  /** What became of it when it was last looked at, e.g. `handled`. */
  became?: string;
  /** Id of the signal that was said in its place. */
  newId?: string;
}

/** A row of failed_signals.archive.jsonl. */
export interface ArchivedLetter {
  letter: Letter;
  resolution: Resolution;
  /** Epoch milliseconds. */
  atMs: number;
}

const DEPARTURES: ReadonlySet<string> = new Set(['replayed', 'edited', 'deleted', 'resolved', 'superseded']);

/** A line of the archive; the row is kept as text, byte for byte, so that it can come back as it was. */
export function archiveLine(letter: Letter, { kind, at, reason, became, newId }: Resolution): Buffer {
  const text = isUtf8(letter.line)
    ? { line: letter.line.toString('utf8') }
    : { line_base64: letter.line.toString('base64') };
  const row = { id: letter.id, archived_at: at, kind, reason, became, new_id: newId, ...text };
  return Buffer.from(JSON.stringify(row));
}

/** Reads a line of the archive; undefined where it is none of ours. */
export function archivedOf(line: Buffer): ArchivedLetter | undefined {
  const row = parse(line);
  const original = row && lineOf(row);
  const { id, archived_at: at, kind, reason, became, new_id: newId } = row ?? {};
  if (original === undefined || typeof at !== 'string' || !isDeparture(kind)) return undefined;
  const letter = letterOf(original);
  const resolution = {
    kind,
    at,
    reason: typeof reason === 'string' ? reason : null,
    ...(typeof became === 'string' ? { became } : {}),
    ...(typeof newId === 'string' ? { newId } : {}),
  };
  return { letter: { ...letter, id: typeof id === 'string' ? id : letter.id }, resolution, atMs: Date.parse(at) };
}

function lineOf(row: Facts): Buffer | undefined {
  if (typeof row['line'] === 'string') return Buffer.from(row['line']);
  return typeof row['line_base64'] === 'string' ? Buffer.from(row['line_base64'], 'base64') : undefined;
}

function parse(line: Buffer): Facts | undefined {
  try {
    const value = parseJson(line.toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined; // A torn line.
  }
}

function isDeparture(value: unknown): value is Departure {
  return typeof value === 'string' && DEPARTURES.has(value);
}
