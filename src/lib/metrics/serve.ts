import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sleep } from '../base/timers.js';
import { errorCode, KlorosError, toError } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { portAdvice, portUse, portWords } from '../base/port-holder.js';
import { shared } from './shared.js';

/** Where figures are served, and from what. */
export interface ServeOptions {
  host: string;
  /** 0 takes any that is free. */
  port: number;
  contentType: string;
  text: () => Promise<string>;
  log: Logger;
  /** Longest that a scrape waits for the figures, default 8,000: Prometheus gives up after 10 s. */
  limitMs?: number;
  /** The longest that a client may stand still, default 15,000: whoever scrapes keeps its connection no longer. */
  idleMs?: number;
}

/** A server of figures. */
export interface MetricsServer {
  url: string;
  close(): Promise<void>;
}

const LIMIT_MS = 8_000;
const IDLE_MS = 15_000;
/** Scrapers are few; what is beyond it is refused, so that descriptors are left for everything else. */
const MOST_CLIENTS = 100;
/** A path and the headers of a scraper. */
const MOST_HEADER_BYTES = 16 * 1024;
/** Then a connection is closed: requests that come in one packet are all taken up at once. */
const MOST_REQUESTS = 100;
const INDEX = '<!doctype html><title>kloros exporter</title><p><a href="/metrics">/metrics</a></p>\n';

/** Serves figures at /metrics. Throws KlorosError PORT_TAKEN with its holder, and ADDRESS_UNUSABLE. */
export async function serveMetrics(options: ServeOptions): Promise<MetricsServer> {
  const text = shared(options.text);
  const server = boundedServer(options, (request, response) => void answer(request, response, { ...options, text }));
  await listening(server, options);
  server.on('error', (error) => options.log.warn({ err: error }, 'A client was not accepted'));
  const { address, family, port } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/metrics`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Bounded per client: bytes of a request, the time that it takes, the time that an answer is not read. */
function boundedServer({ idleMs = IDLE_MS }: ServeOptions, onRequest: RequestListener): Server {
  const times = { headersTimeout: idleMs, requestTimeout: idleMs, connectionsCheckingInterval: idleMs / 3 };
  const server = createServer({ ...times, maxHeaderSize: MOST_HEADER_BYTES }, onRequest);
  server.maxConnections = MOST_CLIENTS;
  server.maxRequestsPerSocket = MOST_REQUESTS;
  server.setTimeout(idleMs, (socket) => socket.destroy());
  return server;
}

type Answering = Pick<ServeOptions, 'contentType' | 'text' | 'log' | 'limitMs'>;

async function answer(
  { method = 'GET', url = '/' }: IncomingMessage,
  response: ServerResponse,
  { contentType, text, log, limitMs = LIMIT_MS }: Answering,
): Promise<void> {
  const [pathname = ''] = url.split('?');
  const end = (status: number, type: string, body: string) =>
    response.writeHead(status, { 'content-type': type }).end(method === 'HEAD' ? undefined : body);
  if (method !== 'GET' && method !== 'HEAD') return void end(405, 'text/plain', 'Only GET and HEAD\n');
  if (pathname === '/') return void end(200, 'text/html; charset=utf-8', INDEX);
  if (pathname !== '/metrics') return void end(404, 'text/plain', 'The figures are at /metrics\n');
  try {
    const figures = await within(limitMs, text());
    if (figures !== undefined) return void end(200, contentType, figures);
    log.error({ limitMs }, 'The figures take too long');
    end(503, 'text/plain', `The figures take longer than ${limitMs} ms\n`);
  } catch (error) {
    log.error({ err: toError(error) }, 'The figures cannot be read');
    end(500, 'text/plain', 'The figures cannot be read; the log says why\n');
  }
}

/** Undefined where it takes longer. */
async function within<T>(limitMs: number, work: Promise<T>): Promise<T | undefined> {
  const over = new AbortController();
  const timer = sleep(limitMs, over.signal).then(() => undefined);
  try {
    return await Promise.race([work, timer]);
  } finally {
    over.abort();
  }
}

async function listening(server: Server, { host, port }: ServeOptions): Promise<void> {
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (error) {
    throw errorCode(error) === 'EADDRINUSE' ? portTaken(host, port) : addressUnusable(host, toError(error));
  }
}

function portTaken(host: string, port: number): KlorosError {
  const use = portUse(port);
  return new KlorosError({
    code: 'PORT_TAKEN',
    message: `Port ${port} of ${host} is taken`,
    why: portWords(use),
    next: [`kloros exporter --port ${port + 1}`, ...portAdvice(port, use)],
  });
}

function addressUnusable(host: string, cause: Error): KlorosError {
  return new KlorosError({
    code: 'ADDRESS_UNUSABLE',
    message: `Nothing can listen at ${host}`,
    why: cause.message,
    next: ['kloros exporter --host 127.0.0.1', 'ports below 1024 are for root'],
  });
}
