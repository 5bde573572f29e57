import { type Arbitrary } from 'fast-check';
import { catalogue } from '../../src/lib/signals/catalogue.js';
import fc from './property.js';

const ID_LENGTH = 26;
const ID_CHARACTERS = Array.from('0123456789ABCDEFGHJKMNPQRSTVWXYZ');
const DEPTH = 5_000;
const LARGE = 200_000;

const oneOf = (...texts: string[]) => fc.constantFrom(...texts);
const bytes = (maxLength: number): Arbitrary<string | Uint8Array> => fc.uint8Array({ maxLength });

/** JSON that hurts careless readers: deep, large, or with keys that mean something to an engine. */
const nastyJson = oneOf(
  '',
  'null',
  '[]',
  '"text"',
  '1e999',
  '{"facts":{"__proto__":{"polluted":true},"constructor":{"prototype":{}}}}',
  '{"facts":{"priority":{"toString":null}}}',
  '{"signal":"Q_A","facts":',
  '\ufeff{}',
  `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`,
  `${'{"facts":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`,
  JSON.stringify({ facts: { text: 'x'.repeat(LARGE) } }),
);

/** Facts of a known signal with one of them replaced by anything. */
function spoiltFacts(name: string): Arbitrary<unknown> {
  const example = (catalogue.get(name)?.example ?? {}) as Record<string, unknown>;
  const keys = [...Object.keys(example), 'another'];
  return fc.tuple(fc.constantFrom(...keys), fc.jsonValue()).map(([key, value]) => ({ ...example, [key]: value }));
}

function envelopeOf(name: string): Arbitrary<string> {
  const fields = {
    id: fc.oneof(fc.string({ unit: fc.constantFrom(...ID_CHARACTERS), minLength: ID_LENGTH, maxLength: ID_LENGTH })),
    signal: fc.oneof(fc.constant(name), fc.jsonValue()),
    timestamp: fc.oneof(oneOf('2025-11-15T10:30:00Z', 'yesterday', '+275760-09-13T00:00:00.001Z'), fc.jsonValue()),
    source: fc.oneof(fc.string(), fc.jsonValue()),
    facts: fc.oneof({ weight: 3, arbitrary: spoiltFacts(name) }, { weight: 1, arbitrary: fc.jsonValue() }),
    incident_id: fc.oneof(fc.uuid(), fc.constant(null)),
    cause_id: fc.oneof(fc.string(), fc.jsonValue()),
    trace: fc.oneof(fc.string({ maxLength: 200 }), fc.jsonValue()),
    ts: fc.oneof(fc.double({ noNaN: true }), fc.jsonValue()),
    schema_version: fc.jsonValue(),
  };
  return fc.record(fields, { requiredKeys: [] }).map((envelope) => JSON.stringify(envelope));
}

const names: Arbitrary<string | Uint8Array> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...catalogue.keys(), 'HEARTBEAT', 'CAPABILITY_GAP', 'curiosity.x') },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: bytes(64) },
  { weight: 1, arbitrary: oneOf('', 'Q_A\0', 'Q'.repeat(10_240), 'ü'.repeat(200)) },
);

const twoFrames = names.chain((name) =>
  fc
    .oneof(
      { weight: 5, arbitrary: envelopeOf(String(name)) },
      { weight: 1, arbitrary: fc.json() },
      { weight: 1, arbitrary: nastyJson },
      { weight: 1, arbitrary: bytes(300) },
    )
    .map((body: string | Uint8Array) => [name, body]),
);

const anyFrames = fc.array(bytes(100), { minLength: 1, maxLength: 5 });

/** Messages as a hostile peer sends them, no two alike; a seed repeats them. */
export function hostileMessages(count: number, seed: number): Buffer[][] {
  const arbitrary = fc.oneof({ weight: 9, arbitrary: twoFrames }, { weight: 1, arbitrary: anyFrames });
  const messages = fc.sample(arbitrary, { numRuns: count, seed });
  const unlike = new Map<string, Buffer[]>();
  for (const frames of messages) {
    const buffers = frames.map((frame) => Buffer.from(frame));
    unlike.set(keyOf(buffers), buffers);
  }
  return [...unlike.values()];
}

const TYPES = ['discover.module', 'reinvestigate', 'curiosity_explore', 'trigger_dream', 'alert_disk', 'run_scanner'];

/** An intent with one of its fields, or of its data, replaced by anything. */
const spoiltIntent = fc
  .record({ type: fc.constantFrom(...TYPES), where: fc.constantFrom('intent', 'data'), value: fc.jsonValue() })
  .chain(({ type, where, value }) => {
    const data = { question: 'What?', question_id: 'q', evidence: ['path:/nowhere'], priority: 'high' };
    const intent = { type, priority: 9, data, generated_at: 1_763_163_600.1, emitted_by: 'observer' };
    const keys = Object.keys(where === 'data' ? data : intent);
    return fc
      .constantFrom(...keys)
      .map((key) =>
        JSON.stringify(where === 'data' ? { ...intent, data: { ...data, [key]: value } } : { ...intent, [key]: value }),
      );
  });

const intentContent: Arbitrary<string | Uint8Array> = fc.oneof(
  { weight: 5, arbitrary: spoiltIntent },
  { weight: 1, arbitrary: spoiltIntent.map((text) => text.slice(0, text.length / 2)) },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: nastyJson },
  { weight: 1, arbitrary: bytes(300) },
);

const oddName = fc.string({
  unit: fc.constantFrom('a', ' ', '"', "'", '\n', 'ü', '€', '%', '$', '\\', '-'),
  maxLength: 40,
});

/** Intent files as a hostile writer leaves them: name, which differs from all others, and content. */
export function hostileIntents(count: number, seed: number): { name: string; content: Buffer }[] {
  const samples = fc.sample(fc.tuple(oddName, intentContent), { numRuns: count, seed });
  return samples.map(([name, content], index) => ({ name: `${index}_${name}.json`, content: Buffer.from(content) }));
}

/** One text for one message. */
export function keyOf(frames: readonly Buffer[]): string {
  return frames.map((frame) => frame.toString('base64')).join(' ');
}
