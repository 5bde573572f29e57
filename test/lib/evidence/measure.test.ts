import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { openLexicon } from '../../../src/lib/evidence/lexicon.js';
import { openMeasure } from '../../../src/lib/evidence/measure.js';

const lexicon = openLexicon();
const servers: Server[] = [];
afterAll(() => lexicon.close());
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function endpoint(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

function answering(vector: (text: string) => number[], requests: string[][] = []): RequestListener {
  return (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      expect(request.url).toBe('/v1/embeddings');
      const { input, model } = JSON.parse(body) as { input: string[]; model: string };
      expect(model).toBe('tiny');
      requests.push(input);
      // In no particular order: the index says which is which.
      const data = input.map((text, index) => ({ index, embedding: vector(text) })).reverse();
      response.end(JSON.stringify({ data }));
    });
  };
}

let nowMs = 0;
const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };

interface Asking {
  onFallback?: (error: unknown) => void;
  timeoutMs?: number;
}

function measureAt(url: string, { timeoutMs = 10_000, ...asking }: Asking = {}) {
  const embeddings = { url, model: 'tiny', timeoutMs, threshold: 0.9 };
  return openMeasure({ lexicon, clock, embeddings, ...asking });
}

async function verdict(url: string, [a, b]: [string, string], asking?: Asking) {
  return (await measureAt(url, asking).prepare([a, b])).verdict(a, b);
}

describe('a measure with an embedding model', () => {
  it('lets the model decide, and says so', async () => {
    const url = await endpoint(answering((text) => (text.includes('ear') ? [1, 0.01] : [1, 0])));
    expect(await verdict(url, ['artificial ear', 'microphone array'])).toMatchObject({
      same: true,
      decidedBy: 'embeddings',
    });
    const apart = await endpoint(answering((text) => (text.includes('ear') ? [0, 1] : [1, 0])));
    expect(await verdict(apart, ['artificial ear', 'microphone array'])).toMatchObject({ same: false, score: 0 });
  });

  it('keeps contraries apart whatever the model says', async () => {
    const url = await endpoint(answering(() => [1, 0]));
    expect(await verdict(url, ['enable caching', 'disable caching'])).toMatchObject({
      same: false,
      decidedBy: 'wordnet',
    });
  });

  it('asks for each phrase once', async () => {
    const requests: string[][] = [];
    const measure = measureAt(await endpoint(answering(() => [1, 0], requests)));
    await measure.prepare(['a b', 'c d', 'a b']);
    await measure.prepare(['c d', 'e f']);
    expect(requests).toEqual([['a b', 'c d'], ['e f']]);
  });

  const broken: [string, RequestListener, number?][] = [
    ['says nothing within the time limit', () => undefined, 50],
    ['answers with an error', (_, response) => void response.writeHead(500).end('overloaded')],
    ['answers with something else than JSON', (_, response) => void response.end('<html>')],
    ['answers with the wrong shape', (_, response) => void response.end('{"data":[{"index":0,"embedding":["x"]}]}')],
    ['leaves a phrase out', (_, response) => void response.end('{"data":[{"index":0,"embedding":[1,2]}]}')],
    ['gives vectors without direction', answering(() => [0, 0])],
    ['gives vectors of different lengths', answering((text) => (text.startsWith('a') ? [1] : [1, 2]))],
    ['breaks the connection', (request) => void request.socket.destroy()],
    ['redirects elsewhere', (_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  ];

  it.each(broken)('falls back to WordNet, and says so, when the model %s', async (_, listener, timeoutMs) => {
    const errors: unknown[] = [];
    const url = await endpoint(listener);
    const onFallback = (error: unknown) => errors.push(error);
    const result = await verdict(url, ['audio recorder', 'record audio'], {
      onFallback,
      ...(timeoutMs && { timeoutMs }),
    });
    expect(result).toMatchObject({ same: true, decidedBy: 'wordnet' });
    expect(errors).toMatchObject([{ code: 'EMBEDDINGS_FAILED' }]);
  });

  it('leaves a model that failed alone for a minute and then asks again', async () => {
    let down = true;
    let asked = 0;
    const good = answering(() => [1, 0]);
    const url = await endpoint((request, response) => {
      asked += 1;
      if (down) response.writeHead(503).end();
      else good(request, response);
    });
    const measure = measureAt(url);
    await measure.prepare(['a']);
    await measure.prepare(['a']);
    expect(asked).toBe(1);
    down = false;
    nowMs += 60_000;
    expect((await measure.prepare(['artificial ear', 'microphone'])).verdict('artificial ear', 'microphone').same).toBe(
      true,
    );
  });

  it('stops at once when the attempt is aborted', async () => {
    const measure = measureAt(await endpoint(() => undefined));
    await expect(measure.prepare(['a'], AbortSignal.abort())).rejects.toThrow();
  });
});

describe('the embedded measure', () => {
  it('needs no preparation and takes another threshold', async () => {
    const strict = await openMeasure({ lexicon, clock, threshold: 1 }).prepare([]);
    expect(strict.verdict('audio recorder', 'record audio').same).toBe(
      strict.likeness('audio recorder', 'record audio').score >= 1,
    );
    expect(strict.verdict('Record  Audio', 'record audio')).toEqual({ same: true, score: 1, decidedBy: 'same-words' });
  });
});
