import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { redactedTexts, writeBundle } from '../../../src/lib/doctor/bundle.js';
import { redact, redactText } from '../../../src/lib/doctor/redact.js';
import { doctorChecks } from '../../../src/lib/doctor/checks/index.js';
import { textOf } from '../../project/tree.js';

describe('what leaves the machine', () => {
  it.each([
    ['http://joe:hunter2@host:1/v1?key=abc&x=1', 'http://[redacted]@host:1/v1?[redacted]'],
    ['nats://u:p@ss@host', 'nats://[redacted]@host'],
    ['password=hunter2, user=joe', 'password=[redacted], user=joe'],
    ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer [redacted]'],
    ['{"token": "abc"}', '{"token": "[redacted]"}'],
    ['/home/joe/src/x.ts and /home/joe', '~/src/x.ts and ~'],
    ['tcp://127.0.0.1:7777', 'tcp://127.0.0.1:7777'],
  ])('of %s is %s', (text, clean) => {
    expect(redactText(text, '/home/joe')).toBe(clean);
  });

  it('has no value of a name that says secret, however deep', () => {
    const value = { a: [{ apiKey: 'k', 'evidence.token': { value: 'v' } }], password: null, port: 1, on: true };
    expect(redact(value, '/home/joe')).toEqual({
      a: [{ apiKey: '[redacted]', 'evidence.token': '[redacted]' }],
      ...{ password: null, port: 1, on: true },
    });
  });
});

describe('a bundle', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kloros-bundle-test-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is an archive for its owner alone, without secrets', async () => {
    const path = join(folder, 'report.tar.gz');
    const parts = [
      { name: 'a.json', what: '', content: { url: 'http://u:p@h/' } },
      { name: 'b.txt', what: '', content: 'text' },
    ];
    const { bytes } = await writeBundle(path, redactedTexts(parts, '/home/joe'));
    expect(bytes).toBe(statSync(path).size);
    const tar = (...args: string[]) => spawnSync('tar', args, { encoding: 'utf8' }).stdout;
    expect(tar('-tzf', path).trim().split('\n')).toEqual(['a.json', 'b.txt']);
    expect(tar('-xzOf', path)).toBe('{\n  "url": "http://[redacted]@h/"\n}\ntext');
    expect(readdirSync(folder)).toEqual(['report.tar.gz']);
  });

  it('says why it was not written, and leaves nothing', async () => {
    const path = join(folder, 'none', 'report.tar.gz');
    await expect(writeBundle(path, new Map([['a', 'b']]))).rejects.toMatchObject({ code: 'BUNDLE_NOT_WRITTEN' });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('docs/doctor.md', () => {
  it('has every code that may be found, and no other', () => {
    const codes = [...doctorChecks.flatMap((check) => check.codes), 'CHECK_FAILED', 'CONFIGURATION_INVALID'];
    const documented = [...textOf('docs/doctor.md').matchAll(/^\| `([A-Z_]+)`/gm)].map(([, code]) => code);
    expect(documented.sort()).toEqual(codes.sort());
  });
});
