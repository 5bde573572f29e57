import { type Arbitrary } from 'fast-check';
import { catalogue, type SignalDefinition } from '../../src/lib/signals/catalogue.js';
import { KILL } from '../../src/lib/signals/kill.js';
import { SEED } from './figures.js';
import { hostileJson, hostileTexts, hostileValue, largeText, type Around } from './hostile-values.js';
import { placesIn, put, textPlaces, type Place } from './fact-places.js';
import fc from './property.js';

/** A message as a stranger sends it: the name, and what he says is an envelope. */
export interface HostileInput {
  name: string;
  envelope: string | Uint8Array;
}

/** Of so many messages one has other words than an envelope, an odd name, or is about as large as it may be. */
const WEIGHTS = { facts: 700, envelope: 200, name: 60, body: 60, large: 2 };
const NATIVE_ID = '01KA3XZ0000000000000000000';
const SPEAKERS = ['operator', 'colony', 'kloros_policy_engine', 'chemical_bus', '__proto__'];

/** Names that mean something to who reads them, beside those of the catalogue. */
const NAMES = [...catalogue.keys(), KILL, 'HEARTBEAT', 'CAPABILITY_GAP', '__proto__', 'constructor', 'Q_UNHEARD_OF'];

/**
 * Hostile messages, no two alike: first each text in the facts of each signal of the catalogue replaced by each kind of
 * hostile text, then what chance makes; `mark` tells those of one door from others.
 */
export function hostileInputs(count: number, mark: string, around: Around): HostileInput[] {
  const seed = SEED + hashOf(mark);
  const kinds = Object.values(hostileTexts(around));
  const places = [...catalogue.values()].flatMap((definition) =>
    textPlaces(definition).map((place) => ({ definition, place })),
  );
  // Each place once before any a second time, so that few messages reach all of them.
  const everyPlace = kinds.flatMap((_, round) =>
    places.map(({ definition, place }, index) => factsWith(definition, place, kinds[(round + index) % kinds.length]!)),
  );
  const first = everyPlace.slice(0, count).flatMap((one, index) => fc.sample(one, { seed: seed + index, numRuns: 1 }));
  const others = fc.sample(anyInput(around), { seed, numRuns: Math.max(0, count - first.length) });
  return [...first, ...others].map((input, index) => unlike(input, `${mark}-${index}`));
}

/** How many messages replace each text of each signal by each kind of hostile text. */
export function placesTimesKinds(around: Around): number {
  const kinds = Object.keys(hostileTexts(around)).length;
  return kinds * [...catalogue.values()].reduce((sum, definition) => sum + textPlaces(definition).length, 0);
}

interface Parsed {
  name: string;
  value: Record<string, unknown> | Uint8Array | string;
}

function anyInput(around: Around): Arbitrary<Parsed> {
  const definition = fc.constantFrom(...catalogue.values());
  const facts = definition.chain((one) => spoiltFacts(one, around));
  return fc.oneof(
    { weight: WEIGHTS.facts, arbitrary: facts },
    {
      weight: WEIGHTS.envelope,
      arbitrary: fc.tuple(facts, forged(around)).map(([one, fields]) => withFields(one, fields)),
    },
    { weight: WEIGHTS.name, arbitrary: fc.tuple(facts, oddName(around)).map(([one, name]) => ({ ...one, name })) },
    {
      weight: WEIGHTS.body,
      arbitrary: fc.tuple(fc.constantFrom(...NAMES), oddBody).map(([name, value]) => ({ name, value })),
    },
    { weight: WEIGHTS.large, arbitrary: fc.tuple(facts, largeText).map(([one, text]) => withFields(one, { text })) },
  );
}

function oddName(around: Around): Arbitrary<string> {
  return fc.oneof(fc.constantFrom(...NAMES), ...Object.values(hostileTexts(around)));
}

/** What is no envelope at all, or half of one. */
const oddBody: Arbitrary<string | Uint8Array> = fc.oneof(
  fc.json(),
  fc.uint8Array({ maxLength: 300 }),
  fc.constantFrom('', 'null', '[]', '"text"', '1e999', '\ufeff{}', '{"facts":', '{"facts":{"a":1,"a":2}}', '{"a":1}{'),
);

/** What the sender claims beside the facts; none of it decides anything. */
function forged(around: Around): Arbitrary<Record<string, unknown>> {
  const value = hostileValue(around);
  const fields = {
    id: fc.oneof(fc.constant(NATIVE_ID), value),
    source: fc.oneof(fc.constantFrom(...SPEAKERS), value),
    origin: fc.constantFrom('colony', 'operator', { origin: 'colony', authority: 'colony' }),
    authority: fc.constantFrom('colony', 'consent', 16),
    from: fc.constantFrom('colony', 'operator'),
    trace: fc.oneof(fc.constant(NATIVE_ID), value),
    cause_id: fc.oneof(fc.constantFrom(NATIVE_ID, 'intent:../../x.json'), value),
    incident_id: value,
    timestamp: value,
    ts: fc.oneof(fc.double(), value),
    intensity: value,
    ecosystem: value,
    schema_version: value,
    signal: fc.oneof(fc.constantFrom(...NAMES), value),
  };
  return fc.record(fields, { requiredKeys: [] });
}

function withFields({ name, value }: Parsed, fields: Record<string, unknown>): Parsed {
  return { name, value: typeof value === 'string' || value instanceof Uint8Array ? value : { ...value, ...fields } };
}

/** Facts of the example with one to three of their members, or of what stands in them, replaced by anything. */
function spoiltFacts(definition: SignalDefinition, around: Around): Arbitrary<Parsed> {
  const places = placesIn(definition.example);
  const key = fc.oneof(...Object.values(hostileTexts(around)));
  const place = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...places) },
    { weight: 1, arbitrary: key.map((one): Place => [one]) },
  );
  const change = fc.tuple(place, hostileValue(around));
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => ({
    name: definition.name,
    value: {
      signal: definition.name,
      facts: changes.reduce<unknown>((facts, [at, value]) => put(facts, at, value), definition.example),
    },
  }));
}

function factsWith(definition: SignalDefinition, place: Place, text: Arbitrary<string>): Arbitrary<Parsed> {
  return text.map((value) => ({
    name: definition.name,
    value: { signal: definition.name, facts: put(definition.example, place, value) },
  }));
}

/** Peers take what has the incident and the moment of another for that: each has its own, and bytes of its own. */
function unlike({ name, value }: Parsed, mark: string): HostileInput {
  if (value instanceof Uint8Array) return { name, envelope: Buffer.concat([value, Buffer.from(mark)]) };
  if (typeof value === 'string') return { name, envelope: value + asBlanks(mark) };
  const { incident_id: incident = '' } = value;
  const incident_id = typeof incident === 'string' ? incident + mark : incident;
  return { name, envelope: hostileJson({ ...value, incident_id, mark }) };
}

/** What is JSON stays that. */
function asBlanks(mark: string): string {
  const bits = [...Buffer.from(mark)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return bits.replaceAll('0', ' ').replaceAll('1', '\t');
}

/** Intent files as another user of the machine leaves them: names and contents, no two names alike. */
export function hostileIntentFiles(count: number, around: Around): { name: string; content: string | Uint8Array }[] {
  const value = hostileValue(around);
  const data = fc.record({
    question: value,
    question_id: value,
    evidence: fc.oneof(fc.array(value, { maxLength: 3 }), value),
  });
  const type = fc.oneof(
    fc.constantFrom('discover.module', 'curiosity_explore', 'trigger_dream', 'alert_disk', 'reinvestigate'),
    value,
  );
  const intent = fc.record(
    {
      type,
      id: value,
      priority: value,
      data: fc.oneof({ weight: 5, arbitrary: data }, { weight: 1, arbitrary: value }),
      emitted_by: value,
    },
    { requiredKeys: ['type'] },
  );
  const content = fc.oneof({ weight: 5, arbitrary: intent.map(hostileJson) }, { weight: 1, arbitrary: oddBody });
  const name = fc
    .oneof(...Object.values(hostileTexts(around)))
    .map((text) => text.replaceAll(/[/\0]/g, '_').slice(0, 60));
  return fc
    .sample(fc.tuple(name, content), { seed: SEED, numRuns: count })
    .map(([text, bytes], index) => ({ name: `${index}${Buffer.from(text).toString()}.json`, content: bytes }));
}

function hashOf(text: string): number {
  return Buffer.from(text).reduce((sum, byte) => (sum * 31 + byte) % 1_000_003, 0);
}
