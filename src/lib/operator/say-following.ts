import { own } from '../base/own.js';
import type { Bus } from '../bus/bus.js';
import type { Draft, Signal } from '../signals/envelope.js';
import { checkFacts } from '../signals/facts.js';
import { OPERATOR as FROM_OPERATOR } from '../signals/origin.js';
import { mint } from '../signals/mint.js';
import { OPERATOR, type MintOptions } from './say.js';

/** Tells an earlier signal from others: its name, and one of its facts. */
export interface Earlier {
  signal: string;
  fact: string;
  value: string;
}

const PAGE = 500;

/** Says what an operator did about an earlier signal, as an effect of it; a root where the journal has forgotten that. */
export async function sayFollowing(
  bus: Bus,
  drafts: readonly Draft[],
  { after, nextId, nowMs }: MintOptions & { after: Earlier },
): Promise<Signal[]> {
  const cause = await newestOf(bus, after);
  const signals = drafts.map((draft) => {
    const facts = checkFacts(draft.signal, draft.facts);
    const options = { id: nextId(), source: OPERATOR, nowMs: nowMs() };
    return mint({ ...draft, facts }, cause === undefined ? options : { ...options, cause });
  });
  await bus.emit(signals, FROM_OPERATOR);
  return signals;
}

async function newestOf(bus: Bus, { signal: name, fact, value }: Earlier): Promise<Signal | undefined> {
  let newest: Signal | undefined;
  for (let afterSeq = 0; ;) {
    const page = await bus.browse({ signals: [name], afterSeq, limit: PAGE });
    newest = page.findLast(({ signal }) => own(signal.facts, fact) === value)?.signal ?? newest;
    const last = page.at(-1);
    if (last === undefined) return newest;
    afterSeq = last.seq;
  }
}
