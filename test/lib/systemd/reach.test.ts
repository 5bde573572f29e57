import { describe, expect, it } from 'vitest';
import { reachOf } from '../../../src/lib/systemd/reach.js';

describe('how far daemons may connect', () => {
  it.each([
    { host: '127.0.0.1' },
    { host: '::1' },
    { host: 'localhost', evidence: { embeddings: { url: 'http://localhost:11434/v1' } } },
    { host: '127.0.0.1', hub: { xsub: 'tcp://127.0.0.1:5556' }, sourceRoots: ['/srv/src'] },
  ])('is this machine for %j', (config) => {
    expect(reachOf(config)).toBe('localhost');
  });

  it.each([
    { host: '0.0.0.0' },
    { host: '127.0.0.1', evidence: { embeddings: { url: 'https://models.example/v1' } } },
    { host: '127.0.0.1', hub: { xpub: 'tcp://10.0.0.7:5557' } },
  ])('is anywhere for %j', (config) => {
    expect(reachOf(config)).toBe('anywhere');
  });
});
