import { z } from 'zod';
import { cutText } from '../base/cut-text.js';
import { KlorosError, toError } from '../base/errors.js';
import { post, withoutSecrets, type PostAnswer } from '../base/http-post.js';
import { maskSecrets } from '../base/redact.js';
import type { TraceRequest } from './request.js';

/** What a collector made of a request. */
export type Posted =
  | { kind: 'taken'; rejected: number; message: string }
  /** It will never take this one; saying it again would hold up all others. */
  | { kind: 'refused'; why: string }
  /** Fewer spans at once may be taken. */
  | { kind: 'too-large'; why: string }
  | { kind: 'unavailable'; why: string; retryAfterMs: number | undefined };

const PATH = '/v1/traces';
const TIMEOUT_MS = 10_000;
/** What a collector says of spans that it leaves out is far shorter. */
const MAX_BYTES = 1_048_576;
const BAD_REQUEST = 400;
const TOO_LARGE = 413;
const NOT_LET_IN: ReadonlySet<number> = new Set([401, 403]);
const LET_IN_BY = ' (it wants another --otlp-header or OTEL_EXPORTER_OTLP_HEADERS)';
const NO_COLLECTOR = ' (a web page answers there, and no collector)';

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
export async function send(address: Address, request: TraceRequest, abort: AbortSignal): Promise<Posted> {
  try {
    const answer = await post({ ...address, body: request, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES }, abort);
    return answerOf(answer, (text) => withoutSecrets(text, address));
  } catch (thrown) {
    return { kind: 'unavailable', why: toError(thrown).message, retryAfterMs: undefined };
  }
}

function answerOf(answer: PostAnswer, masked: (text: string) => string): Posted {
  const { status, headers, text } = answer;
  if (isOk(answer)) return takenOf(text, masked);
  const hint = NOT_LET_IN.has(status) ? LET_IN_BY : isPage(answer) ? NO_COLLECTOR : '';
  const why = masked(`HTTP ${status} ${cutText(text, 200)}`.trim()) + hint;
  if (status === BAD_REQUEST) return { kind: 'refused', why };
  if (status === TOO_LARGE) return { kind: 'too-large', why };
  return { kind: 'unavailable', why, retryAfterMs: retryAfterMs(headers) };
}

/** A page to log in at is answered with 200 too, and has taken nothing. */
function isOk(answer: PostAnswer): boolean {
  return answer.status >= 200 && answer.status < 300 && !isPage(answer);
}

function isPage({ headers }: PostAnswer): boolean {
  return /^text\/html\b/i.test(headers.get('content-type') ?? '');
}

/** Seconds, or a time by the collector's own clock; nothing where it is neither. */
function retryAfterMs(headers: Headers): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,12}$/.test(text)) return Number(text) * 1_000;
  const waitMs = Date.parse(text) - Date.parse(headers.get('date') ?? '');
  return Number.isFinite(waitMs) && /[a-z]/i.test(text) ? Math.max(0, waitMs) : undefined;
}

function takenOf(body: string, masked: (text: string) => string): Posted {
  const { rejectedSpans, errorMessage } = partialOf(body);
  return { kind: 'taken', rejected: rejectedSpans, message: cutText(masked(errorMessage), 200) };
}

const partialSchema = z.object({
  partialSuccess: z.object({
    rejectedSpans: z.coerce.number().int().min(0).catch(0),
    errorMessage: z.string().catch(''),
  }),
});

/** Some answer nothing, or in words. */
function partialOf(body: string): { rejectedSpans: number; errorMessage: string } {
  try {
    return partialSchema.parse(JSON.parse(body)).partialSuccess;
  } catch {
    return { rejectedSpans: 0, errorMessage: '' };
  }
}
