import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { gypOfNpm, ownCode } from '../../../src/lib/demo/real-code.js';
import { makeSandbox, type Sandbox } from '../../../src/lib/demo/sandbox.js';

const packageRoot = fileURLToPath(new URL('../../../', import.meta.url));
const made: (Sandbox | string)[] = [];

afterEach(async () => {
  for (const one of made.splice(0)) {
    if (typeof one === 'string') rmSync(one, { recursive: true, force: true });
    else await one.remove();
  }
});

describe('the sandbox of the demo', () => {
  it('has all paths and ports of its own, whatever the caller has set', async () => {
    const env = {
      ...process.env,
      KLOROS_HOME: '/srv/real',
      KLOROS_CAPABILITIES_PATH: '/srv/real.yaml',
      KLR_CHEM_XSUB: 'tcp://x:1',
    };
    const sandbox = await makeSandbox({ packageRoot, env, random: Math.random });
    made.push(sandbox);
    const { config, folder } = sandbox;
    for (const path of [config.home, config.capabilitiesPath, config.deployRoot])
      expect(path.startsWith(folder)).toBe(true);
    expect(config.portBase).not.toBe(7776);
    expect(config.hub.xsub).toBe(`tcp://127.0.0.1:${config.portBase}`);
    expect(Object.keys(sandbox.env).filter((name) => /^KL/.test(name))).toEqual([]);
  });

  it('holds real code to look at, and a path where nothing is', async () => {
    const sandbox = await makeSandbox({ packageRoot, env: process.env, random: Math.random });
    made.push(sandbox);
    expect(sandbox.modules.map((path) => basename(path))).toEqual(
      expect.arrayContaining(['signals', 'supervise', 'capabilities']),
    );
    for (const path of sandbox.modules) expect(readdirSync(path).length).toBeGreaterThan(0);
    expect(existsSync(sandbox.phantom)).toBe(false);
  });

  it('is gone without a trace when it is removed', async () => {
    const sandbox = await makeSandbox({ packageRoot, env: process.env, random: Math.random });
    await sandbox.remove();
    expect(existsSync(sandbox.folder)).toBe(false);
  });
});

describe('real code', () => {
  const folder = () => {
    const path = mkdtempSync(join(tmpdir(), 'kloros-code-'));
    made.push(path);
    return path;
  };

  it('is found inside the npm that the path leads to, through its link', async () => {
    const root = folder();
    const gyp = join(root, 'npm/node_modules/node-gyp/gyp/pylib/gyp');
    mkdirSync(gyp, { recursive: true });
    mkdirSync(join(root, 'npm/bin'));
    mkdirSync(join(root, 'bin'));
    writeFileSync(join(root, 'npm/bin/npm-cli.js'), '');
    symlinkSync('../npm/bin/npm-cli.js', join(root, 'bin/npm'));
    expect(await gypOfNpm({ PATH: `/nowhere:${join(root, 'bin')}` }, '/nowhere/node')).toBe(gyp);
    expect(await gypOfNpm({ npm_execpath: join(root, 'npm/bin/npm-cli.js') }, '/nowhere/node')).toBe(gyp);
  });

  it('goes without gyp where there is no npm', async () => {
    expect(await gypOfNpm({ PATH: '/nowhere' }, '/nowhere/node')).toBeUndefined();
  });

  it('is the build where there are no sources', () => {
    const root = folder();
    mkdirSync(join(root, 'dist'));
    expect(ownCode(root).root).toBe(join(root, 'dist'));
  });
});
