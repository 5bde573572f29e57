import { toError } from './errors.js';

/** A question to an HTTP API that speaks JSON. */
export interface JsonQuestion {
  url: string;
  body: unknown;
  timeoutMs: number;
  headers?: Record<string, string>;
}

/** 32 MiB: far more than any answer needs, far less than what would hurt. */
const MAX_BYTES = 33_554_432;

/** Asks by POST. Throws an Error in readable words at the time limit, on any HTTP error, and where no JSON comes. */
export async function postJson({ url, body, timeoutMs, headers }: JsonQuestion, abort?: AbortSignal): Promise<unknown> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: abort === undefined ? limit : AbortSignal.any([limit, abort]),
      redirect: 'error',
    });
    const text = await boundedText(response);
    if (!response.ok) throw new Error(`HTTP ${response.status}: ${text.slice(0, 200)}`);
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const error = toError(cause);
    throw error.name === 'TimeoutError' ? new Error(`no answer within ${timeoutMs} ms`, { cause }) : error;
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (response.body === null) return '';
  for await (const chunk of response.body) {
    if (!(chunk instanceof Uint8Array)) continue;
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`the answer is larger than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
