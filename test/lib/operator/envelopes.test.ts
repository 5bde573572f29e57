import { describe, expect, it } from 'vitest';
import { envelopeBatches } from '../../../src/lib/operator/envelopes.js';
import { saidAnew } from '../../../src/lib/operator/say.js';
import { encodeSignal } from '../../../src/lib/signals/codec.js';
import type { Signal } from '../../../src/lib/signals/envelope.js';
import { mint } from '../../../src/lib/signals/mint.js';
import fc from '../../helpers/property.js';

const ids = () => {
  let next = 0;
  return { nextId: () => `NEW${(next += 1)}`, nowMs: () => 1_000 };
};
const aSignal = (text: string) =>
  mint({ signal: 'OBSERVATION', facts: { text } }, { id: `ID${text}`, source: 'probe', nowMs: 5 });

async function read(chunks: (string | Buffer)[], all: Signal[] = []): Promise<Signal[]> {
  const input = (async function* () {
    yield* chunks;
  })();
  for await (const batch of envelopeBatches(input, ids())) all.push(...batch);
  return all;
}

describe('envelopes on stdin', () => {
  it('are read as they were printed, wherever the chunks are cut', async () => {
    const signals = [aSignal('ä'), aSignal('𝄞'), aSignal('c')];
    const bytes = Buffer.concat(signals.flatMap((signal) => [encodeSignal(signal), Buffer.from('\n')]));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 5 }), async (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((place, index) => bytes.subarray(places[index], place));
        expect(await read(chunks)).toEqual(signals);
      }),
    );
  });

  it('may be of the other kind: no id, epoch seconds, the source among the facts', async () => {
    const line = JSON.stringify({ signal: 'HEARTBEAT', ts: 2.5, facts: { source: 'zooid', n: 1 }, ecosystem: 'x' });
    expect(await read([`\n${line}`])).toEqual([
      expect.objectContaining({ id: 'NEW1', source: 'zooid', timestamp: '1970-01-01T00:00:02.500Z', ecosystem: 'x' }),
    ]);
  });

  it.each([
    ['{"signal":"A"}\n{half', /JSON/],
    ['{"signal":"A"}\n[1]', /not an object/],
    ['{"signal":"A"}\n{"facts":{}}', /no name/],
    ['{"signal":"A"}\n{"signal":"Q_MODULE_DISCOVERED","facts":{}}', /module_name/],
  ])('are refused with the number of the line: %j', async (text, why) => {
    await expect(read([text])).rejects.toMatchObject({
      code: 'INVALID_ENVELOPE',
      message: 'Line 2 is not a signal',
      why: expect.stringMatching(why) as string,
    });
  });

  it('go as far as the first line that is none, however they were cut, so that the rest can be given again', async () => {
    const [a, b] = [aSignal('a'), aSignal('b')];
    const text = `${String(encodeSignal(a))}\n${String(encodeSignal(b))}\n{half\n${String(encodeSignal(aSignal('c')))}\n`;
    for (const cut of [0, 10, text.indexOf('{half') + 2]) {
      const emitted: Signal[] = [];
      await expect(read([text.slice(0, cut), text.slice(cut)], emitted)).rejects.toMatchObject({
        message: 'Line 3 is not a signal',
        next: expect.arrayContaining([expect.stringContaining('those before line 3 are emitted')]) as string[],
      });
      expect(emitted).toEqual([a, b]);
    }
  });

  it('are roots of their own when they are said anew', () => {
    const anew = saidAnew({ ...aSignal('x'), cause_id: 'C', trace: 'T', intensity: 0.5 }, ids());
    expect(anew).toMatchObject({ id: 'NEW1', incident_id: 'NEW1', trace: 'NEW1', cause_id: null, source: 'operator' });
    expect(anew).toMatchObject({ facts: { text: 'x' }, intensity: 0.5, timestamp: '1970-01-01T00:00:01.000Z' });
  });
});
