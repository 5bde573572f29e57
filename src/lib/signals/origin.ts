/**
 * What an origin may cause (docs/security.md). A level, for what comes in by a door:
 *
 * observe  it is seen, and nothing acts on it
 * ask      questions and advisories; a rule acts on such an advisory only where it says `from: peers`
 * act      also the triggers and completions of the document
 *
 * `consent` is an operator's own decision, given by a command that asks for it; `colony` is a handler or source of this
 * home; `unrecorded` is what a journal before version 6 held, which is accepted as it was then.
 */
export type Authority = 'observe' | 'ask' | 'act' | 'consent' | 'colony' | 'unrecorded';

/** What a peer may be given. */
export const LEVELS = ['observe', 'ask', 'act'] as const satisfies readonly Authority[];

/** What a peer may be given. */
export type Level = (typeof LEVELS)[number];

/** From whom a subscription takes a signal: from this authority and those that may do more. */
export type Acceptance = 'ask' | 'act' | 'consent' | 'colony';

/** By which door a signal came in and what that door allowed then; never what the signal claims of itself. */
export interface Entrance {
  /** `colony`, `operator`, `relay`, `peer:<identity>`, `file:<uid>` or `unrecorded`. */
  readonly origin: string;
  readonly authority: Authority;
}

/** A handler or source of this home. */
export const COLONY: Entrance = Object.freeze({ origin: 'colony', authority: 'colony' });
/** A command of the operator. */
export const OPERATOR: Entrance = Object.freeze({ origin: 'operator', authority: 'act' });
/** A command by which the operator decides what the colony asked him. */
export const CONSENT: Entrance = Object.freeze({ origin: 'operator', authority: 'consent' });
/** What is emitted again, from a pipe, a recording or the dead letter queue: the operator's act, and never his consent. */
export const RELAY: Entrance = Object.freeze({ origin: 'relay', authority: 'act' });
/** What was journalled before origins were. */
export const UNRECORDED: Entrance = Object.freeze({ origin: 'unrecorded', authority: 'unrecorded' });

/** Who came in by a door that knows no identity. */
export const ANONYMOUS = 'anonymous';

/** A peer of the wire. */
export function peer(identity: string, level: Level): Entrance {
  return Object.freeze({ origin: `peer:${identity}`, authority: level });
}

/** The writer of a file that is another user's. */
export function fileOf(uid: number): Entrance {
  return Object.freeze({ origin: `file:${uid}`, authority: 'ask' });
}

/** One bit each, the least first, so that the lower of two bits is the lesser authority. */
const BITS: Readonly<Record<Authority, number>> = {
  observe: 1,
  ask: 2,
  act: 4,
  consent: 8,
  colony: 16,
  unrecorded: 32,
};
const BY_BIT: ReadonlyMap<number, Authority> = new Map(
  (Object.keys(BITS) as Authority[]).map((authority) => [BITS[authority], authority]),
);

/** Bits of an authority in a number that also says more. */
export const AUTHORITY_BITS = 6;

/** Bits of every authority: whoever only looks sees all. */
export const ANY_MASK = 2 ** AUTHORITY_BITS - 1;

/** The bit of an authority. */
export function bitOf(authority: Authority): number {
  return BITS[authority];
}

/** The authority that a number's low bits say. */
export function authorityOf(bits: number): Authority {
  return BY_BIT.get(bits & ANY_MASK) ?? 'observe';
}

/** Bits of the authorities that a subscription takes. A step of the colony is nobody else's, and a consent is the operator's alone. */
export function maskOf(acceptance: Acceptance): number {
  const { act, consent, colony, unrecorded } = BITS;
  if (acceptance === 'colony') return colony | unrecorded;
  if (acceptance === 'consent') return consent | unrecorded;
  const trusted = act | consent | colony | unrecorded;
  return acceptance === 'act' ? trusted : trusted | BITS.ask;
}

/** Whether a subscription takes what came in so: the one predicate, which the journal applies as bits. */
export function isAccepted(acceptance: Acceptance, { authority }: Pick<Entrance, 'authority'>): boolean {
  return (maskOf(acceptance) & BITS[authority]) !== 0;
}

/** The one of two that may cause less; the first where they may cause the same. */
export function lesserOf(a: Entrance, b: Entrance): Entrance {
  return BITS[b.authority] < BITS[a.authority] ? b : a;
}

/** Whether a door in this colony's own hands let it in: a handler, a source, or an operator's command. */
export function isOwn({ origin }: Entrance): boolean {
  return origin === COLONY.origin || origin === OPERATOR.origin || origin === UNRECORDED.origin;
}
