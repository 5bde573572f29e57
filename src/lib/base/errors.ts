/** What an operator needs to know about a failure: what happened, why, and what to do now. */
export interface KlorosErrorParts {
  /** Stable machine-readable code, SCREAMING_SNAKE_CASE, e.g. `PORT_TAKEN`. */
  code: string;
  /** One sentence: what failed. */
  message: string;
  /** One sentence: why it failed. */
  why?: string;
  /** Commands or steps that mend it, most likely first. */
  next?: string[];
  /** The error underneath, when there is one. */
  cause?: unknown;
}

/** The error every room throws when an operator may read it. */
export class KlorosError extends Error {
  readonly code: string;
  readonly why: string | undefined;
  readonly next: string[];

  constructor(parts: KlorosErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'KlorosError';
    this.code = parts.code;
    this.why = parts.why;
    this.next = parts.next ?? [];
  }
}

/** A failure that no second attempt can mend: the signal becomes a dead letter at once. */
export class PermanentError extends KlorosError {
  constructor(parts: KlorosErrorParts) {
    super(parts);
    this.name = 'PermanentError';
  }
}

/** What a daemon stands on fails, and not the signal in its hands: the attempt does not count, and the daemon pauses. */
export class InfrastructureError extends KlorosError {
  constructor(parts: KlorosErrorParts) {
    super(parts);
    this.name = 'InfrastructureError';
  }
}

/** Not now, and nothing failed: the attempt is given back, and the signal comes again after `delayMs`. */
export class LaterError extends Error {
  readonly delayMs: number;

  constructor(reason: string, delayMs: number) {
    super(reason);
    this.name = 'LaterError';
    this.delayMs = delayMs;
  }
}

/** Whatever was thrown, as an Error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The `code` of a Node or Kloros error, or undefined. */
export function errorCode(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

/** How a process ends whose journal is damaged or gone: no start mends that, and who starts it anew waits for an operator. */
export const JOURNAL_LOST_EXIT = 5;
