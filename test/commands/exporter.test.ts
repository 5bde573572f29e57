import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bin, cliEnv, kloros } from '../helpers/cli.js';
import { startCollector } from '../helpers/collector.js';
import { until } from '../helpers/colony.js';

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'kloros-exporter-'))));
afterEach(() => rmSync(home, { recursive: true }));

describe('kloros exporter', () => {
  it('writes a file once, and warns of a name that node_exporter passes over', async () => {
    const path = join(home, 'kloros.txt');
    const { code, stdout, stderr } = await kloros(['exporter', '--once', '--textfile', path], {
      env: { KLOROS_HOME: home },
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('reads only files that end in .prom');
    expect(readFileSync(path, 'utf8')).toContain('kloros_signals_total{signal="other"} 0\n');
  });

  it('sends the journal to a collector until Ctrl-C, and serves no figures unasked', async () => {
    const env = { KLOROS_HOME: home };
    await kloros(['bus', 'emit', 'HELLO'], { env });
    const collector = await startCollector();
    const args = ['exporter', '--otlp', collector.url, '--otlp-since', '1h'];
    const child = spawn(process.execPath, [...bin, ...args], { env: cliEnv(env) });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    try {
      await until('the span is there', () => collector.spans.some(({ name }) => name === 'HELLO'));
      const exited = once(child, 'exit');
      child.kill('SIGINT');
      expect(await exited).toEqual([130, null]);
      expect(said).toContain(`Sends spans to ${collector.url}/v1/traces; Ctrl-C ends it`);
      expect(said).not.toContain('/metrics');
    } finally {
      child.kill('SIGKILL');
      await collector.close();
    }
  });

  it('takes address and headers from the environment, and shows none of them', async () => {
    const collector = await startCollector();
    const variables = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20s3cret-word',
    };
    await kloros(['bus', 'emit', 'HELLO'], { env: { KLOROS_HOME: home } });
    const args = ['exporter', '--otlp', 'env', '--otlp-since', '1h', '--otlp-header', 'x-key=s3cret-key', '--json'];
    const child = spawn(process.execPath, [...bin, ...args], { env: cliEnv({ KLOROS_HOME: home, ...variables }) });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    try {
      await until('the span is there', () => collector.spans.length > 0);
      const closed = once(child, 'close');
      child.kill('SIGINT');
      await closed;
      expect(collector.headers[0]).toMatchObject({ authorization: 'Bearer s3cret-word', 'x-key': 's3cret-key' });
      expect(said).not.toContain('s3cret');
    } finally {
      child.kill('SIGKILL');
      await collector.close();
    }
  });

  it('refuses what is no address of a collector', async () => {
    const { code, stderr } = await kloros(['exporter', '--otlp', 'nowhere'], { env: { KLOROS_HOME: home } });
    expect(code).toBe(2);
    expect(stderr).toContain('"nowhere" is no address of a collector');
  });

  it('serves until Ctrl-C', async () => {
    const child = spawn(process.execPath, [...bin, 'exporter', '--port', '0'], { env: cliEnv({ KLOROS_HOME: home }) });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const urlOf = () => /http:\S+\/metrics/.exec(said)?.[0];
    await until('it serves', () => urlOf() !== undefined);
    expect(await (await fetch(urlOf() ?? '')).text()).toContain('kloros_maintenance 0\n');
    const exited = once(child, 'exit');
    child.kill('SIGINT');
    expect(await exited).toEqual([130, null]);
  });
});
