import { describe, expect, it } from 'vitest';
import { parseIntent } from '../../../src/lib/intents/parse.js';
import fc from '../../helpers/property.js';

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

/** The problem of what cannot be read. */
function problemOf(content: Uint8Array) {
  const parsed = parseIntent(content, 'x.json');
  if (!('problem' in parsed)) throw new Error('it was read');
  return parsed.problem;
}

/** The intent of what can be read. */
function intentOf(content: Uint8Array) {
  const parsed = parseIntent(content, 'x.json');
  if (!('intent' in parsed)) throw new Error(parsed.problem.message);
  return parsed.intent;
}

describe('parseIntent', () => {
  it('lets type win over intent_type', () => {
    expect(intentOf(bytes({ type: 'discover.module', intent_type: 'curiosity_explore' })).type).toBe('discover.module');
    expect(intentOf(bytes({ intent_type: 'curiosity_explore' })).type).toBe('curiosity_explore');
  });

  it('takes the question id from the data, else from the file', () => {
    expect(intentOf(bytes({ type: 't', id: 'outer', data: { question_id: 'inner' } })).questionId).toBe('inner');
    expect(intentOf(bytes({ type: 't', id: 'outer', data: {} })).questionId).toBe('outer');
    expect(intentOf(bytes({ type: 't', id: 42 })).questionId).toBe('42');
    expect(intentOf(bytes({ type: 't' })).questionId).toBeUndefined();
  });

  it('reads a file that begins with a byte order mark', () => {
    expect(intentOf(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes({ type: 't' })])).type).toBe('t');
  });

  it('takes for unfinished what a writer may still complete', () => {
    const whole = bytes({ type: 't', data: { question: 'Wohin führt das?' } });
    for (let length = 0; length < whole.length; length += 1) {
      expect(problemOf(whole.subarray(0, length)).mayBeUnfinished).toBe(true);
    }
  });

  it('takes for unfinished what is JSON but no object, as more digits may follow', () => {
    expect(problemOf(Buffer.from('12'))).toMatchObject({ name: 'WrongIntent', mayBeUnfinished: true });
  });

  it('says at once and in readable words what has the wrong shape', () => {
    expect(problemOf(bytes({ data: {} }))).toMatchObject({ message: 'type: is missing', mayBeUnfinished: false });
    expect(problemOf(bytes({ type: 7 })).message).toContain('type: expected string');
    expect(problemOf(bytes({ type: 't', data: [1] })).message).toContain('data: expected record');
  });

  it('refuses invalid UTF-8', () => {
    expect(problemOf(Buffer.from([0x7b, 0xff, 0x7d])).message).toBe('it is not valid UTF-8');
  });

  it('refuses what is nested so deeply that it could exhaust the stack of a reader', () => {
    const deep = `{"type":"t","data":{"evidence":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`;
    expect(problemOf(Buffer.from(deep)).message).toContain('nested deeper');
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (content) => {
        parseIntent(content, 'x.json');
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        parseIntent(bytes(value), 'x.json');
        parseIntent(bytes({ type: 't', data: value, priority: value, id: value }), 'x.json');
      }),
    );
  });
});
