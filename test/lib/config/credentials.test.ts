import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/lib/config/load.js';

describe('a credential of systemd', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kloros-credentials-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const keyFile = async (settings: object, credential?: string) => {
    const [home, etcPath] = [join(folder, 'home'), join(folder, 'etc.yaml')];
    writeFileSync(etcPath, JSON.stringify({ home, ...settings }));
    if (credential !== undefined) writeFileSync(join(folder, 'model-api-key'), credential);
    const env = { HOME: folder, CREDENTIALS_DIRECTORY: folder };
    const { config, origins } = await loadConfig({ env, cwd: folder, etcPath });
    return [config.investigation.model?.apiKeyFile, origins['investigation.model.apiKeyFile']?.from];
  };
  const model = { url: 'http://127.0.0.1:1/v1', model: 'one' };

  it('comes before the file that a setting names, which its daemon need not be able to read', async () => {
    const settings = { investigation: { model: { ...model, apiKeyFile: '/root/key' } } };
    expect(await keyFile(settings, 'secret')).toEqual([join(folder, 'model-api-key'), 'credential model-api-key']);
  });

  it('stands for none where it is empty, or not there', async () => {
    const settings = { investigation: { model: { ...model, apiKeyFile: 'key' } } };
    expect((await keyFile(settings))[0]).toBe(join(folder, 'key'));
    expect((await keyFile(settings, ''))[0]).toBe(join(folder, 'key'));
  });

  it('is nothing where its endpoint is not configured', async () => {
    expect(await keyFile({}, 'secret')).toEqual([undefined, 'default']);
  });
});
