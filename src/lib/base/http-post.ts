import { timeoutSignal } from './timers.js';
import { toError } from './errors.js';
import { MASK, maskSecrets } from './redact.js';

/** A POST of JSON to another program, and what it may cost. */
export interface Post {
  /** A user and password in it are sent as a header; fetch() refuses them in an address, and says them in its error. */
  url: string;
  body: unknown;
  /** For all of it: who trickles an answer is not waited for. */
  timeoutMs: number;
  headers?: Readonly<Record<string, string>>;
  /** More of an answer is not read. */
  maxBytes: number;
}

/** What came back; the text may be cut. */
export interface PostAnswer {
  status: number;
  headers: Headers;
  text: string;
  isCut: boolean;
}

const SHORTEST_SECRET = 4;

/**
 * Sends it to that address and to no other: behind a redirect a POST becomes a GET whose 200 means nothing, and a key
 * would go to whom nobody named. Throws an Error in readable words, without secrets.
 */
export async function post(question: Post, abort?: AbortSignal): Promise<PostAnswer> {
  const limit = timeoutSignal(question.timeoutMs);
  try {
    return await posting(question, abort === undefined ? limit : AbortSignal.any([limit, abort]));
  } catch (cause) {
    throw new Error(withoutSecrets(reasonOf(toError(cause), question.timeoutMs), question), { cause });
  }
}

async function posting({ url, body, headers, maxBytes }: Post, signal: AbortSignal): Promise<PostAnswer> {
  const { address, login } = withoutLogin(url);
  const response = await fetch(address, {
    method: 'POST',
    headers: { ...login, ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
    redirect: 'manual',
  });
  const { status } = response;
  if (status >= 300 && status < 400) {
    void response.body?.cancel();
    throw new Error(`HTTP ${status}: it redirects to ${originOf(response)}, and what is sent follows no redirect`);
  }
  return { status, headers: response.headers, ...(await boundedText(response, maxBytes)) };
}

function originOf({ headers, url }: Response): string {
  const location = headers.get('location') ?? '';
  return URL.canParse(location, url) ? new URL(location, url).origin : 'no address';
}

function reasonOf(error: Error, timeoutMs: number): string {
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

async function boundedText(response: Response, maxBytes: number): Promise<{ text: string; isCut: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    if (!(chunk instanceof Uint8Array)) continue;
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes > maxBytes) break; // Which ends the connection.
  }
  return { text: Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8'), isCut: bytes > maxBytes };
}

/** An address without user and password, and the header that says them instead. */
export function withoutLogin(text: string): { address: string; login: Record<string, string> } {
  const url = new URL(text);
  if (url.username === '' && url.password === '') return { address: text, login: {} };
  const pair = `${plain(url.username)}:${plain(url.password)}`;
  url.username = url.password = '';
  return { address: url.href, login: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

/** A `%` that begins no percent-encoded character stands for itself. */
function plain(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/** A text for people about a POST: who answers may say back what he was told. */
export function withoutSecrets(text: string, { url, headers = {} }: Pick<Post, 'url' | 'headers'>): string {
  const { login } = withoutLogin(url);
  const { searchParams, username, password } = new URL(url);
  const values = [...Object.values({ ...login, ...headers }).flatMap((value) => [value, ...value.split(' ')])];
  const secrets = [...values, ...searchParams.values(), plain(username), plain(password)];
  const long = secrets.filter(({ length }) => length >= SHORTEST_SECRET);
  return maskSecrets(long.reduce((masked, secret) => masked.replaceAll(secret, MASK), text));
}

/** The address of one function of an API below its base, whose query stays behind it. */
export function below(base: string, path: string): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
  return url.href;
}
