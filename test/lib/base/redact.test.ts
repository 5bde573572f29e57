import { describe, expect, it } from 'vitest';
import { maskSecrets, maskSecretsIn, safeText } from '../../../src/lib/base/redact.js';
import fc from '../../helpers/property.js';

describe('a text that is kept', () => {
  it.each([
    ['Authorization: Bearer abc.def refused', 'Authorization: Bearer [redacted] refused'],
    ['authorization=Basic am9l', 'authorization=Basic [redacted]'],
    ['got Bearer abcdefghijklmnop1234=', 'got Bearer [redacted]'],
    ['https://joe:hunter2@host/x failed', 'https://[redacted]@host/x failed'],
    ['https://host/x?key=abc failed', 'https://host/x?[redacted] failed'],
    ['AWS_SECRET_ACCESS_KEY=abc/def+1', 'AWS_SECRET_ACCESS_KEY=[redacted]'],
    ['AZURE_ACCESS_KEY=abc', 'AZURE_ACCESS_KEY=[redacted]'],
    ['private_key: abc', 'private_key: [redacted]'],
    ['{"authToken": "a b", "n": 1}', '{"authToken": "[redacted]", "n": 1}'],
    [String.raw`body {\"api_key\":\"abc\",\"n\":1}`, String.raw`body {\"api_key\":\"[redacted]\",\"n\":1}`],
    ["password='hunter 2', user=joe", "password='[redacted]', user=joe"],
    ['password="torn off', 'password="[redacted]'],
    ['mysql --user joe --password hunter2 -h x', 'mysql --user joe --password [redacted] -h x'],
    ["curl --auth-token 'a b' x", 'curl --auth-token [redacted] x'],
    ['--api-key "a b" failed', '--api-key [redacted] failed'],
    ['mysqldump -u joe -phunter2 db', 'mysqldump -u joe -p[redacted] db'],
    ['["mysql","--password","hunter2","db"]', '["mysql","--password","[redacted]","db"]'],
    ['Cookie: a=b; c=d', 'Cookie: [redacted]'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA', '-----BEGIN RSA PRIVATE KEY-----[redacted]-----END RSA'],
  ])('of %s is %s', (text, clean) => {
    expect(maskSecrets(text)).toBe(clean);
    expect(maskSecrets(clean)).toBe(clean);
  });

  it.each([
    'Unexpected token } in JSON at position 4',
    'tests passed: 3, tokens: 500',
    'https://host:1/path',
    'x --password --verbose',
    'the password is wrong',
    'a@b.org',
  ])('is as it was where it holds none: %s', (text) => expect(maskSecrets(text)).toBe(text));

  it('is never longer than allowed, and has the beginning and the end', () => {
    const hostile = fc.array(
      fc.constantFrom('token=', '"', 'http://', '@', '?', 'Bearer ', 'x'.repeat(20), '\n', '…'),
      {
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(hostile, fc.integer({ min: 100, max: 300 }), (parts, longest) => {
        expect(safeText(parts.join(''), longest).length).toBeLessThanOrEqual(longest);
      }),
    );
    const long = safeText(`first ${'x'.repeat(1_000)} last`, 100);
    expect(long.slice(0, 6) + long.slice(-5)).toBe('first  last');
  });
});

describe('a value that is shown', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9!$%^*_.~]{8,24}$/).map((text) => `S${text}Z`);
  const holders: ((word: string) => unknown)[] = [
    (word) => ['mysql', '--password', word, 'db'],
    (word) => ['mysql', `-p${word}`, 'db'],
    (word) => ['curl', '-H', `Authorization: Bearer ${word}`],
    (word) => ({ command: ['psql', `--password=${word}`] }),
    (word) => ({ url: `https://joe:${word}@host/v1` }),
    (word) => `model at https://host/v1?key=${word} gave nothing`,
    (word) => ({ PGPASSWORD: word, API_TOKEN: word }),
    (word) => ({ nested: { list: [{ authorization: word }] } }),
  ];

  it('has no secret in it, wherever it stood, as a value and as a line of JSON', () => {
    fc.assert(
      fc.property(secret, fc.constantFrom(...holders), (word, holder) => {
        expect(JSON.stringify(maskSecretsIn(holder(word)))).not.toContain(word);
      }),
    );
  });

  it('keeps the file that holds a secret, and words that are none', () => {
    const value = { apiKeyFile: '/etc/kloros/key', command: ['systemctl', '--quiet', 'restart', 'db'], n: 1 };
    expect(maskSecretsIn(value)).toEqual(value);
  });
});
