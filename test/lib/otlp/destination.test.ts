import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { destinationOf } from '../../../src/lib/otlp/destination.js';

const URL = 'http://host:4318';
let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'kloros-otlp-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const of = (given: string, env: Record<string, string> = {}, headers: string[] = []) =>
  destinationOf({ given, headers, env });

describe('where spans go', () => {
  it('is the address that is given, whatever the environment says, with the headers of both', () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://other',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-all=1, x-both=all ,Authorization=Bearer%20a%2Cb',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-both=traces,x-flag=env',
    };
    expect(of(URL, env, ['X-Flag=given=too'])).toEqual({
      url: 'http://host:4318/v1/traces',
      headers: { 'x-all': '1', 'x-both': 'traces', authorization: 'Bearer a,b', 'x-flag': 'given=too' },
    });
  });

  it('is what the environment says where that is wished: for traces as it is, else the folder above', () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://all/otlp' };
    expect(of('env', env).url).toBe('http://all/otlp/v1/traces');
    expect(of('env', { ...env, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces/in' }).url).toBe('http://traces/in');
    expect(() => of('env', { OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toThrow('The environment names no collector');
  });

  it('has no user and password: they are a header', () => {
    expect(of('https://me:p%40ss@host')).toEqual({
      url: 'https://host/v1/traces',
      headers: { authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}` },
    });
  });

  it('takes a value from a file, so that no list of processes has it', () => {
    const path = join(folder, 'token');
    writeFileSync(path, 'Bearer from-a-file\n');
    expect(of(URL, {}, [`authorization=@${path}`]).headers).toEqual({ authorization: 'Bearer from-a-file' });
    expect(() => of(URL, {}, [`authorization=@${path}.gone`])).toThrow(
      expect.objectContaining({ code: 'INVALID_HEADER', why: expect.stringContaining('ENOENT') as string }) as Error,
    );
  });

  it.each([
    ['no NAME=VALUE', {}, ['s3cret']],
    ['no name', {}, ['=s3cret']],
    ['a name that is none', {}, ['a b=s3cret']],
    ['a line break', {}, ['a=s3cret\nb: c']],
    ['a broken encoding', { OTEL_EXPORTER_OTLP_HEADERS: 'a=%s3cret' }, []],
  ])('is refused with %s, and the value is not said', (_, env, headers) => {
    let said = '';
    try {
      of(URL, env, headers);
    } catch (error) {
      said = inspect(error);
    }
    expect(said).toContain('INVALID_HEADER');
    expect(said).not.toContain('s3cret');
  });
});
