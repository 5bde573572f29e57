import type { Signal } from '../bus/bus.js';
import { attribute, spanOf, type Attribute, type Span, type Timed } from './span.js';

/** Body of an OTLP/HTTP request for traces. */
export interface TraceRequest {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { scope: { name: string }; spans: Span[] }[];
  }[];
}

/** Signals as one request: a resource for each daemon or peer that said some. */
export function requestOf(
  rows: readonly Timed[],
  causeOf: (signal: Signal) => Timed | undefined,
  home: string,
): TraceRequest {
  const bySource = new Map<string, Span[]>();
  for (const row of rows) {
    const { source } = row.signal;
    const spans = bySource.get(source) ?? [];
    spans.push(spanOf(row, causeOf(row.signal)));
    bySource.set(source, spans);
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
