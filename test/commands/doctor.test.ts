import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/lib/config/schema.js';
import { kloros } from '../helpers/cli.js';
import { removeHome, temporaryConfig } from '../helpers/colony.js';

let config: Config;
let env: Record<string, string>;
beforeEach(async () => {
  config = await temporaryConfig();
  env = { KLOROS_HOME: config.home, KLOROS_PORT_BASE: String(config.portBase) };
  for (const root of config.sourceRoots) mkdirSync(root, { recursive: true });
});
afterEach(() => removeHome(config));

interface Answer {
  status: number;
  result: { findings: { code: string }[]; fixed: string[]; bundle?: string[] };
}

describe('kloros doctor', () => {
  it('mends what is safe, and writes an archive, when it is told to', async () => {
    chmodSync(config.home, 0o777);
    const path = join(config.home, 'report.tar.gz');
    const { code, stdout } = await kloros(['doctor', '--fix', '--bundle', path, '--yes', '--json'], { env });
    const { status, result } = JSON.parse(stdout) as Answer;
    expect(status).toBe(code);
    expect(result.findings.map((finding) => finding.code)).toContain('HOME_OPEN_TO_ALL');
    expect(result.fixed).toEqual([`chmod -R o-w ${config.home}`]);
    expect(statSync(config.home).mode & 0o002).toBe(0);
    expect(result.bundle).toContain('configuration.json');
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('says what is wrong with a configuration that cannot be loaded, and changes nothing unasked', async () => {
    writeFileSync(join(config.home, 'config.yaml'), 'portbase: 7\n');
    const path = join(config.home, 'report.tar.gz');
    const { code, stdout, stderr } = await kloros(['doctor', '--fix', '--dry-run'], { env });
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'Nothing of this can be mended by itself.\n' });
    expect(stdout).toContain('problem CONFIGURATION_INVALID');
    expect(existsSync(path)).toBe(false);
  });
});
