import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { below, post, withoutLogin, withoutSecrets } from '../../../src/lib/base/http-post.js';
import fc from '../../helpers/property.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ask = (url: string, more: Partial<Parameters<typeof post>[0]> = {}) =>
  post({ url, body: { n: 1 }, timeoutMs: 5_000, maxBytes: 1_000, headers: { 'x-api-key': 'sekret123' }, ...more });

describe('what is sent to another program', () => {
  it.each([301, 302, 303, 307, 308])('goes nowhere else by a redirect of %i, and its key neither', async (status) => {
    const others: IncomingMessage[] = [];
    const other = await serve((request, response) => (others.push(request), response.end('{}')));
    const host = await serve((_, response) => response.writeHead(status, { location: `http://${other}/in?a=b` }).end());
    await expect(ask(`http://${host}/`)).rejects.toThrow(`HTTP ${status}: it redirects to http://${other}, and`);
    expect(others).toEqual([]);
  });

  it('is answered within the time limit, also where the answer trickles for ever', async () => {
    const host = await serve((_, response) => {
      response.writeHead(200);
      const trickle = setInterval(() => response.write('x'), 10);
      response.on('close', () => {
        clearInterval(trickle);
      });
    });
    await expect(ask(`http://${host}/`, { timeoutMs: 200, maxBytes: 1e9 })).rejects.toThrow('no answer within 200 ms');
  });

  it('takes no more of an endless answer than it may', async () => {
    const host = await serve((_, response) => {
      const fill = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      };
      response.on('drain', fill);
      fill();
    });
    const { text, isCut } = await ask(`http://${host}/`);
    expect([text, isCut]).toEqual(['x'.repeat(1_000), true]);
  });

  it('says user and password of the address as a header', async () => {
    const said: unknown[] = [];
    const host = await serve((request, response) => (said.push(request.headers.authorization), response.end('{}')));
    await ask(`http://joe:p%40ss@${host}/`);
    expect(said).toEqual([`Basic ${Buffer.from('joe:p@ss').toString('base64')}`]);
  });
});

describe('an error about what is sent', () => {
  it('has no password, key or header, whatever they are', async () => {
    const secret = fc.stringMatching(/^[\w~!*'().-]{6,20}$/);
    await fc.assert(
      fc.asyncProperty(secret, secret, secret, async (password, key, header) => {
        const url = `http://joe:${password}@127.0.0.1:1/v1?key=${key}`;
        const headers = { authorization: `Bearer ${header}` };
        const error = await ask(url, { headers }).catch((thrown: unknown) => thrown);
        const echoed = withoutSecrets(`you said ${url} and Bearer ${header}`, { url, headers });
        for (const shown of [String(error), echoed])
          for (const word of [password, key, header]) expect(shown).not.toContain(word);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the address of a function of an API', () => {
  it.each([
    ['http://h/v1', 'http://h/v1/embeddings'],
    ['http://h/v1/', 'http://h/v1/embeddings'],
    ['http://h', 'http://h/embeddings'],
    ['https://h/v1?key=abc', 'https://h/v1/embeddings?key=abc'],
  ])('below %s is %s', (base, address) => expect(below(base, 'embeddings')).toBe(address));

  it('is as it was where it has no login', () => {
    expect(withoutLogin('http://h/a?b=c')).toEqual({ address: 'http://h/a?b=c', login: {} });
  });
});
