import type { Signal } from '../signals/envelope.js';
import { attribute, spanOf, type Attribute, type Span } from './span.js';

/** Body of an OTLP/HTTP request for traces. */
export interface TraceRequest {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { scope: { name: string }; spans: Span[] }[];
  }[];
}

/** Signals as one request: a resource for each daemon or peer that said some. */
export function requestOf(
  signals: readonly Signal[],
  causeOf: (signal: Signal) => Signal | undefined,
  home: string,
): TraceRequest {
  const bySource = new Map<string, Span[]>();
  for (const signal of signals) {
    const spans = bySource.get(signal.source) ?? [];
    spans.push(spanOf(signal, causeOf(signal)));
    bySource.set(signal.source, spans);
  }
  return {
    resourceSpans: [...bySource].map(([source, spans]) => ({
      resource: {
        attributes: [
          attribute('service.name', source),
          attribute('service.namespace', 'kloros'),
          attribute('kloros.home', home),
        ],
      },
      scopeSpans: [{ scope: { name: 'kloros' }, spans }],
    })),
  };
}
