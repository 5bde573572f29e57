import { describe, expect, it } from 'vitest';
import fc from '../../helpers/property.js';
import { decodeFrame } from '../../../src/lib/signals/codec.js';
import { carryFrame, keepFrame, signalText, unknownFields } from '../../../src/lib/signals/kept-frame.js';

const FRAME =
  '{"signal":"VOICE","ecosystem":"lab","intensity":1.0,"facts":{"n":12345678901234567891,"x":1.50,"deep":{"m":[9007199254740993]}},"incident_id":"talk-1","trace":"t","ts":1763163600.123456,"schema_version":2,"zone":{"id":18446744073709551615}}';

function kept(frame = FRAME) {
  return keepFrame(decodeFrame('VOICE', Buffer.from(frame), { id: 'ID', receivedAtMs: 0 }), frame);
}

describe('a signal that is emitted again', () => {
  it('is byte for byte what it was, with what it lacked added', () => {
    const text = signalText(kept());
    for (const part of FRAME.slice(1, -1).split(/,(?="[a-z_]+":)/)) expect(text).toContain(part);
    expect(JSON.parse(text)).toMatchObject({ id: 'ID', source: 'unknown', incident_id: 'talk-1', cause_id: null });
  });

  it('differs in the facts that an operator changed, and in nothing else', () => {
    const old = kept();
    const text = signalText(carryFrame(old, { ...old, incident_id: 'NEW', facts: { ...old.facts, x: 2 } }));
    expect(text).toContain('"facts":{"n":12345678901234567891,"x":2,"deep":{"m":[9007199254740993]}}');
    expect(text).toContain('"incident_id":"NEW"');
    expect(text).toContain('"zone":{"id":18446744073709551615}');
  });

  it('survives any number of emissions', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.bigInt(), (facts, n) => {
        const frame = `{"signal":"VOICE","x-field":${n},"facts":${JSON.stringify(facts)}}`;
        const once = signalText(kept(frame));
        expect(signalText(kept(once))).toBe(once);
        expect(once).toContain(`"x-field":${n}`);
      }),
    );
  });

  it('shows programs what is unknown to us', () => {
    expect(Object.keys(unknownFields(kept()))).toEqual(['zone']);
  });
});
