import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const attribute = z.strictObject({ key: z.string(), value: z.strictObject({ stringValue: z.string() }) });
const hex = (length: number) => z.string().regex(new RegExp(`^[0-9a-f]{${length}}$`));
const nanoseconds = z.string().regex(/^\d{19}$/);
/** OTLP's JSON as opentelemetry/proto/collector/trace/v1 has it, as far as it is used here; whatever else comes is refused. */
const requestSchema = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes: z.array(attribute) }),
      scopeSpans: z.array(
        z.strictObject({
          scope: z.strictObject({ name: z.string() }),
          spans: z.array(
            z.strictObject({
              ...{ traceId: hex(32), spanId: hex(16), parentSpanId: hex(16).optional() },
              ...{ name: z.string().min(1), kind: z.number().int().min(1).max(5) },
              ...{ startTimeUnixNano: nanoseconds, endTimeUnixNano: nanoseconds, attributes: z.array(attribute) },
              status: z.strictObject({ code: z.number().int().min(0).max(2), message: z.string().optional() }),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** A span that a collector took, with who said it. */
export interface TakenSpan {
  service: string;
  name: string;
  spanId: string;
  traceId: string;
  parentSpanId?: string | undefined;
}

/** A collector that parses what it gets. */
export interface Collector {
  url: string;
  spans: TakenSpan[];
  /** How often it took nothing. */
  refusals: number;
  /** Headers of each request, as they came. */
  headers: IncomingHttpHeaders[];
  close(): Promise<void>;
}

/** What a collector answers to the n-th request, 1 the first, and to how much of it. */
type StatusOf = (request: number, headers: IncomingHttpHeaders, bytes: number) => number;

/** Listens for OTLP/HTTP; `statusOf` may answer another status than 200. It says back who asks, as some do. */
export async function startCollector(port = 0, statusOf: StatusOf = () => 200): Promise<Collector> {
  const spans: TakenSpan[] = [];
  let requests = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const status = request.url === '/v1/traces' ? statusOf((requests += 1), request.headers, body.length) : 404;
      collector.headers.push(request.headers);
      const parsed = requestSchema.safeParse(JSON.parse(body));
      if (status === 200 && parsed.success) spans.push(...takenOf(parsed.data));
      else collector.refusals += 1;
      response.writeHead(parsed.success ? status : 400, { 'content-type': 'application/json' });
      response.end(parsed.success ? answerOf(status, request.headers) : z.prettifyError(parsed.error));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const collector: Collector = {
    ...{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, refusals: 0, headers: [] },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return collector;
}

function answerOf(status: number, { authorization }: IncomingHttpHeaders): string {
  return status === 200 ? '{"partialSuccess":{}}' : `not for ${authorization ?? 'nobody'}`;
}

function takenOf({ resourceSpans }: z.output<typeof requestSchema>): TakenSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, spanId, traceId, parentSpanId }) => ({ service, name, spanId, traceId, parentSpanId })),
    );
  });
}
