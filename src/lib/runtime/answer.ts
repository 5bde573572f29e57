import { KlorosError } from '../base/errors.js';
import type { DeadLetterDraft, Delivery, Said } from '../bus/bus.js';
import type { Draft, Signal } from '../signals/envelope.js';
import { checkFacts } from '../signals/facts.js';
import { derivedId, idFromKey, type IdMaker } from '../signals/id.js';
import { mint } from '../signals/mint.js';
import type { Entrance } from '../signals/origin.js';
import type { Answer } from './define-daemon.js';

/** What a daemon said, ready for one transaction. */
export interface Committable {
  signals: Signal[];
  deadLetters: DeadLetterDraft[];
  state: NonNullable<Said['state']>;
  /** Where a source speaks for somebody who is not the colony. */
  from?: Entrance;
}

/** Who says it. */
export interface Speaker {
  name: string;
  says: readonly string[];
}

/** Who says it, when, and after what. */
export interface AnswerContext {
  speaker: Speaker;
  nowMs: number;
  delivery: Delivery;
}

/** Makes signals of a handler's answer: ids derived from the cause, facts checked strictly (D2). */
export function answerToCommit(answer: Answer, { speaker, nowMs, delivery }: AnswerContext): Committable {
  const said = saidOf(answer);
  const { signal: cause } = delivery;
  const signals = (said.signals ?? []).map((draft, position) => {
    const id = saidId(speaker.name, delivery, position);
    return mint(checked(draft, speaker), { id, source: speaker.name, nowMs, cause });
  });
  const deadLetters = (said.deadLetters ?? []).map((letter) => ({ signal: cause, ...letter, daemon: speaker.name }));
  return { signals, deadLetters, state: said.state ?? [] };
}

/** Id of what a daemon says at a position of its answer to a delivery. */
export function saidId(consumer: string, { signal, replay }: Delivery, position: number): string {
  return derivedId(signal.id, { consumer, replay, position });
}

/** Who says it, when, and how a fresh id is made. */
export interface SourceContext {
  speaker: Speaker;
  nowMs: number;
  newId: IdMaker;
}

/** Makes signals of what a source said: ids derived where the source gives a key, else fresh. */
export function sourceToCommit(said: Said, { speaker, nowMs, newId }: SourceContext): Committable {
  const signals = (said.signals ?? []).map((draft) => {
    const id = draft.derivedFrom ? idFromKey(draft.derivedFrom.atMs, draft.derivedFrom.key) : newId(nowMs);
    return mint(checked(draft, speaker), { id, source: speaker.name, nowMs });
  });
  const deadLetters = (said.deadLetters ?? []).map((letter) => ({ ...letter, daemon: speaker.name }));
  return { signals, deadLetters, state: said.state ?? [], ...(said.from === undefined ? {} : { from: said.from }) };
}

function saidOf(answer: Answer): Said {
  return Array.isArray(answer) ? { signals: answer } : (answer ?? {});
}

function checked(draft: Draft, speaker: Speaker): Draft {
  if (!speaker.says.includes(draft.signal)) throw undeclared(draft.signal, speaker);
  return { ...draft, facts: checkFacts(draft.signal, draft.facts) };
}

function undeclared(signal: string, speaker: Speaker): KlorosError {
  return new KlorosError({
    code: 'UNDECLARED_SIGNAL',
    message: `${speaker.name} may not say ${signal}`,
    why: `its definition says ${speaker.says.join(', ') || 'nothing'}`,
    next: [`add it to says: in the definition of ${speaker.name}`],
  });
}
