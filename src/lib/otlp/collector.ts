import { KlorosError, toError } from '../base/errors.js';
import { MASK, maskSecrets } from '../base/redact.js';
import type { TraceRequest } from './request.js';

/** What a collector made of a request. */
export type Posted =
  | { kind: 'taken'; rejected: number; message: string }
  /** It will never take this one; saying it again would hold up all others. */
  | { kind: 'refused'; why: string }
  | { kind: 'unavailable'; why: string; retryAfterMs: number | undefined };

const PATH = '/v1/traces';
const TIMEOUT_MS = 10_000;
const BAD_REQUEST = 400;
const NOT_LET_IN: ReadonlySet<number> = new Set([401, 403]);
const LET_IN_BY = ' (it wants another --otlp-header or OTEL_EXPORTER_OTLP_HEADERS)';
const SHORTEST_SECRET = 4;

/** The address of a collector's traces: as it is given where it ends so, else below it. Throws KlorosError INVALID_URL. */
export function tracesUrl(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new KlorosError({
      code: 'INVALID_URL',
      message: `${JSON.stringify(maskSecrets(given))} is no address of a collector`,
      why: 'it is http:// or https:// with a host',
      next: ['kloros exporter --otlp http://127.0.0.1:4318'],
    });
  }
  if (!url.pathname.endsWith(PATH)) url.pathname = url.pathname.replace(/\/$/, '') + PATH;
  return url.href;
}

/** Where to, and with which headers besides. */
export interface Address {
  url: string;
  headers: Readonly<Record<string, string>>;
}

/** Sends one request by OTLP/HTTP in JSON. Never rejects; no value of a header is in what it answers. */
export async function post({ url, headers }: Address, request: TraceRequest, abort: AbortSignal): Promise<Posted> {
  const posted = await posting({ url, headers }, request, abort);
  return 'why' in posted ? { ...posted, why: withoutSecrets(posted.why, headers) } : posted;
}

async function posting({ url, headers }: Address, request: TraceRequest, abort: AbortSignal): Promise<Posted> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(request),
      signal: AbortSignal.any([abort, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    return answerOf(response, await response.text());
  } catch (thrown) {
    const error = toError(thrown);
    const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
    return { kind: 'unavailable', why: `${error.message}${cause}`, retryAfterMs: undefined };
  }
}

/** A collector may say back what it was told. */
function withoutSecrets(text: string, headers: Readonly<Record<string, string>>): string {
  const secrets = Object.values(headers).flatMap((value) => [value, ...value.split(' ')]);
  const long = secrets.filter(({ length }) => length >= SHORTEST_SECRET);
  return maskSecrets(long.reduce((masked, secret) => masked.replaceAll(secret, MASK), text));
}

function answerOf({ ok, status, headers }: Response, body: string): Posted {
  if (ok) return takenOf(body);
  const why = `HTTP ${status} ${body.slice(0, 200)}`.trim() + (NOT_LET_IN.has(status) ? LET_IN_BY : '');
  if (status === BAD_REQUEST) return { kind: 'refused', why };
  const seconds = Number(headers.get('retry-after') ?? NaN);
  return { kind: 'unavailable', why, retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : undefined };
}

function takenOf(body: string): Posted {
  const partial = partialOf(body);
  return { kind: 'taken', rejected: Number(partial?.rejectedSpans ?? 0) || 0, message: partial?.errorMessage ?? '' };
}

function partialOf(body: string): { rejectedSpans?: string | number; errorMessage?: string } | undefined {
  try {
    return (JSON.parse(body) as { partialSuccess?: { rejectedSpans?: string; errorMessage?: string } }).partialSuccess;
  } catch {
    return undefined; // Some answer nothing, or in words.
  }
}
