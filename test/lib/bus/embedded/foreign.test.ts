import { describe, expect, it } from 'vitest';
import fc from '../../../helpers/property.js';
import { receiveForeign } from '../../../../src/lib/bus/embedded/foreign.js';
import { peer } from '../../../../src/lib/signals/origin.js';

const door = { daemon: 'chemical_bus', maxBytes: 4_096 };

function received(frames: readonly (string | Buffer)[], nowMs = 1) {
  return receiveForeign(
    frames.map((frame) => Buffer.from(frame)),
    { nowMs, from: peer('anonymous', 'ask') },
    door,
  );
}

const keyOf = (frame: string) => {
  const one = received(['VOICE', frame]);
  return 'row' in one ? one.row.seen.key : '';
};

describe('a message at the door of the bus', () => {
  it('is a row, or a dead letter of bounded size that says why, whatever its bytes are', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.json().map((text) => Buffer.from(text)),
      fc.json().map((text) => Buffer.from(`{"facts":${text}}`)),
    );
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 4 }), (frames) => {
        const one = received(frames.map((frame) => Buffer.from(frame)));
        if ('row' in one) expect(one.row.row.frame).toEqual(Buffer.from(frames[1]!));
        else expect(one.deadLetter.error).toMatch(/^(?:UNREADABLE_FRAME|INVALID_NAME|FRAME_TOO_LARGE): ./);
      }),
    );
  });

  it('that is too large leaves its size, its digest, its first bytes and its sender, and not itself', () => {
    const frame = `{"source":"recorder","facts":{"audio":"${'x'.repeat(5_000)}"}}`;
    const one = received(['VOICE', frame]);
    expect(one).toHaveProperty('deadLetter.error', expect.stringMatching(/^FRAME_TOO_LARGE: .*"VOICE".*4096/));
    const content = 'deadLetter' in one ? (one.deadLetter.content ?? '') : '';
    expect(content.length).toBeLessThan(1_500);
    expect(JSON.parse(content)).toMatchObject({
      ...{ bytes: frame.length + 5, frames: 2, frame_bytes: [5, frame.length], sender: 'recorder' },
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  it('of very many frames is too large as a whole', () => {
    const one = received(Array.from({ length: 600 }, () => 'x'.repeat(100)));
    expect(one).toHaveProperty('deadLetter.error', expect.stringContaining('600 frames'));
  });

  it('nested deeper than a hundred levels is a dead letter that has it whole', () => {
    const deep = `{"facts":{"deep":${'['.repeat(150)}${']'.repeat(150)}}}`;
    const one = received(['Q_A', deep]);
    expect(one).toHaveProperty('deadLetter.error', expect.stringContaining('deeper than 100 levels'));
    expect(one).toHaveProperty('deadLetter.content', expect.stringContaining(Buffer.from(deep).toString('base64')));
  });

  it('of an incident is another where its moment is another, or its words where it has none', () => {
    const chunk = (n: number, ts?: number) =>
      JSON.stringify({ incident_id: 'talk', facts: { n }, ...(ts === undefined ? {} : { ts }) });
    expect(keyOf(chunk(1, 10.5))).toBe(keyOf(chunk(1, 10.5)));
    expect(keyOf(chunk(1, 10.5))).not.toBe(keyOf(chunk(2, 11)));
    expect(keyOf(chunk(1))).toBe(keyOf(chunk(1)));
    expect(keyOf(chunk(1))).not.toBe(keyOf(chunk(2)));
  });
});
