import { describe, expect, it } from 'vitest';
import { spanOf } from '../../../src/lib/otlp/span.js';
import { idFromKey } from '../../../src/lib/signals/id.js';
import { mint } from '../../../src/lib/signals/mint.js';
import type { Facts } from '../../../src/lib/signals/envelope.js';

const FILE_MS = 1_700_000_000_000;
/** The clocks of the publishers are a day and an hour off, which no span shows. */
const question = {
  signal: mint(
    { signal: 'Q_CURIOSITY_INVESTIGATE', facts: { question_id: 'q1' }, causeId: 'intent:q1.json' },
    { id: idFromKey(FILE_MS, 'q1'), source: 'intent_router', nowMs: FILE_MS + 86_400_000 },
  ),
  receivedAtMs: FILE_MS + 40,
};
const said = (signal: string, facts: Facts = {}) => ({
  signal: mint(
    { signal, facts },
    { id: `ID-${signal}`, source: 'worker', nowMs: FILE_MS - 3_600_000, cause: question.signal },
  ),
  receivedAtMs: FILE_MS + 240,
});

describe('the span of a signal', () => {
  it('of an intent is a root, from its file until it is on the bus', () => {
    const span = spanOf(question, undefined);
    expect(span).toMatchObject({ startTimeUnixNano: `${FILE_MS}000000`, endTimeUnixNano: `${FILE_MS + 40}000000` });
    expect(span).not.toHaveProperty('parentSpanId');
    expect(span.attributes).toContainEqual({ key: 'kloros.intent', value: { stringValue: 'q1.json' } });
    expect(span.attributes).toContainEqual({ key: 'kloros.question_id', value: { stringValue: 'q1' } });
  });

  it('of what it led to lies below it, from one to the other, in one trace', () => {
    const [root, child] = [spanOf(question, undefined), spanOf(said('Q_INVESTIGATION_COMPLETE'), question)];
    expect(child).toMatchObject({
      traceId: root.traceId,
      parentSpanId: root.spanId,
      startTimeUnixNano: root.endTimeUnixNano,
      endTimeUnixNano: `${FILE_MS + 240}000000`,
      status: { code: 0 },
    });
  });

  it('has ids of the length that OTLP wants, the same whenever they are made', () => {
    const { traceId, spanId } = spanOf(question, undefined);
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(spanOf(question, undefined)).toMatchObject({ traceId, spanId });
  });

  it('is an error where the signal says that something failed', () => {
    const failed = spanOf(said('Q_DEPLOYMENT_FAILED', { error_message: 'no room' }), question);
    expect(failed.status).toEqual({ code: 2, message: 'no room' });
    const investigated = spanOf(said('Q_INVESTIGATION_COMPLETE', { status: 'failed', error: 'gone' }), question);
    expect(investigated.status).toEqual({ code: 2, message: 'gone' });
  });

  it('whose cause the journal has forgotten has no length, and never a negative one', () => {
    const orphan = spanOf(said('Q_MODULE_INTEGRATED'), undefined);
    expect(orphan.startTimeUnixNano).toBe(orphan.endTimeUnixNano);
    const before = spanOf({ ...said('X'), receivedAtMs: FILE_MS - 5 }, question);
    expect(before.startTimeUnixNano).toBe(before.endTimeUnixNano);
  });
});
