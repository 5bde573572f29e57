import { isoTimestamp } from '../base/clock.js';
import { isQuarantined } from './filter.js';
import type { Letter, Shape } from './letter.js';

/** A letter as a program reads it. */
export interface LetterView {
  id: string;
  shape: Shape;
  /** Empty where no signal failed. */
  signal: string;
  signal_id: string | null;
  daemon: string;
  error: string;
  error_class: string;
  /** Fingerprint of the cause. */
  group: string;
  attempts: number;
  replay: number;
  quarantined: boolean;
  process_died: boolean;
  /** ISO 8601; null where the line says no time. */
  first_failed_at: string | null;
  failed_at: string | null;
}

/** A letter in one flat object. */
export function viewOf(letter: Letter, quarantineAfter: number): LetterView {
  const { id, shape, daemon, error, attempts, replay } = letter;
  return {
    ...{ id, shape, signal: letter.signalName, signal_id: letter.signalId, daemon, error },
    error_class: letter.errorClass,
    group: letter.fingerprint,
    ...{ attempts, replay, quarantined: isQuarantined(letter, quarantineAfter) },
    process_died: letter.processDied,
    first_failed_at: letter.firstFailedAtMs === null ? null : isoTimestamp(letter.firstFailedAtMs),
    failed_at: letter.failedAtMs === null ? null : isoTimestamp(letter.failedAtMs),
  };
}
