import { bearerFrom } from './api-key.js';
import { cutText } from './cut-text.js';
import { below, post, withoutSecrets } from './http-post.js';

/** A question to an HTTP API that speaks JSON. */
export interface JsonQuestion {
  /** Base of the API, and what of it is asked. */
  api: { url: string; path: string; apiKeyFile?: string | undefined };
  body: unknown;
  timeoutMs: number;
}

/** 32 MiB: far more than any answer needs, far less than what would hurt. */
const MAX_BYTES = 33_554_432;
const LONGEST_SHOWN = 200;

/** Asks by POST. Throws an Error in readable words at the time limit, on any HTTP error, and where no JSON comes. */
export async function postJson({ api, body, timeoutMs }: JsonQuestion, abort?: AbortSignal): Promise<unknown> {
  const address = { url: below(api.url, api.path), headers: await bearerFrom(api.apiKeyFile) };
  const { status, text, isCut } = await post({ ...address, body, timeoutMs, maxBytes: MAX_BYTES }, abort);
  if (isCut) throw new Error(`the answer is larger than ${MAX_BYTES} bytes`);
  if (status >= 200 && status < 300) return JSON.parse(text) as unknown;
  throw new Error(`HTTP ${status}: ${withoutSecrets(cutText(text, LONGEST_SHOWN), address)}`);
}
