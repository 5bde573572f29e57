import { createHash } from 'node:crypto';
import { own } from '../base/own.js';
import type { Recorded, Signal } from '../bus/bus.js';
import { timeOfId } from '../signals/id.js';

/** A span as OTLP writes it in JSON: ids in hex, times as decimal strings of nanoseconds. */
export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Attribute[];
  status: { code: number; message?: string };
}

/** A key and its value as OTLP writes them in JSON. */
export interface Attribute {
  key: string;
  value: { stringValue: string };
}

const KIND = { producer: 4, consumer: 5 };
const STATUS = { unset: 0, error: 2 };
const TRACE_BYTES = 16;
const SPAN_BYTES = 8;
const NS_PER_MS = 1_000_000n;
const INTENT = 'intent:';
/** What facts say of themselves that one looks for; the rest may be large or private and stays in the journal. */
const SHOWN_FACTS = ['question_id', 'module_name', 'cycle_id', 'winner_id', 'experiment', 'reason'];

/** A text attribute. */
export function attribute(key: string, value: string): Attribute {
  return { key, value: { stringValue: value } };
}

/** What a span is made of; its times are the journal's, since each publisher has a clock of its own. */
export type Timed = Pick<Recorded, 'signal' | 'receivedAtMs'>;

/**
 * A signal as a span: from when its cause was journalled until it was itself, below the span of its cause. The ids are
 * made from the journal's, so that sending it again, or by another exporter, is the same span.
 */
export function spanOf({ signal, receivedAtMs: endMs }: Timed, cause: Timed | undefined): Span {
  const startMs = Math.min(endMs, beginOf(signal, cause) ?? endMs);
  const hasParent = signal.cause_id !== null && !signal.cause_id.startsWith(INTENT);
  return {
    traceId: hexOf(`trace\n${signal.trace}`, TRACE_BYTES),
    spanId: spanIdOf(signal.id),
    ...(hasParent ? { parentSpanId: spanIdOf(signal.cause_id ?? '') } : {}),
    name: signal.signal,
    kind: hasParent ? KIND.consumer : KIND.producer,
    startTimeUnixNano: nanosecondsOf(startMs),
    endTimeUnixNano: nanosecondsOf(endMs),
    attributes: attributesOf(signal),
    status: statusOf(signal),
  };
}

/** The id of an intent's signal begins with the time at which its file was written. */
function beginOf({ id, cause_id: causeId }: Signal, cause: Timed | undefined): number | undefined {
  if (cause !== undefined) return cause.receivedAtMs;
  return causeId?.startsWith(INTENT) === true ? timeOfId(id) : undefined;
}

function spanIdOf(id: string): string {
  return hexOf(`span\n${id}`, SPAN_BYTES);
}

function hexOf(text: string, bytes: number): string {
  return createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, bytes * 2);
}

function nanosecondsOf(ms: number): string {
  return String(BigInt(Math.max(0, ms)) * NS_PER_MS);
}

function attributesOf({ id, signal, trace, cause_id: causeId, facts }: Signal): Attribute[] {
  const shown = SHOWN_FACTS.flatMap((key) => {
    const value = own(facts, key);
    return typeof value === 'string' ? [attribute(`kloros.${key}`, value)] : [];
  });
  const intent = causeId?.startsWith(INTENT) === true ? [attribute('kloros.intent', causeId.slice(INTENT.length))] : [];
  return [
    attribute('messaging.system', 'kloros'),
    attribute('messaging.destination.name', signal),
    attribute('messaging.message.id', id),
    attribute('kloros.trace', trace),
    ...intent,
    ...shown,
  ];
}

function statusOf({ signal, facts }: Signal): Span['status'] {
  const isBad = /^Q_.*_(FAILED|TIMEOUT)$/.test(signal) || facts['status'] === 'failed' || facts['success'] === false;
  if (!isBad) return { code: STATUS.unset };
  const message = facts['error_message'] ?? facts['error'];
  return { code: STATUS.error, ...(typeof message === 'string' ? { message } : {}) };
}
