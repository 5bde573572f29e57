/** Why a question could not be answered from what it names: an answer too, and one that no retry changes. */
export interface InvestigationFailure {
  type: 'outside_source_roots' | 'phantom' | 'no_source' | 'nothing_to_look_at';
  message: string;
  why: string;
  /** Steps that mend it, most likely first. */
  next: string[];
}

/** A failure as one line: what, why, and what to do now. */
export function failureInWords({ message, why, next }: InvestigationFailure): string {
  return [`${message}: ${why}`, ...next].join('; ');
}
