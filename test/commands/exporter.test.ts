import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bin, cliEnv, kloros } from '../helpers/cli.js';
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
