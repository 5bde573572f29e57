// Writes what commands and completion read at start instead of importing all others. Part of the build, so never stale.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Plugin } from '@oclif/core';

const root = join(import.meta.dirname, '..');

/** oclif.manifest.json: every command with its flags. */
async function manifest() {
  const plugin = new Plugin({ errorOnManifestCreate: true, ignoreManifest: true, respectNoCacheDefault: true, root });
  await plugin.load();
  return plugin.manifest;
}

/** dist/names.json: names that completion offers. */
async function names() {
  const { catalogue } = await import('../dist/lib/signals/catalogue.js');
  const { daemons } = await import('../dist/daemons/index.js');
  const { settings } = await import('../dist/lib/config/load-settings.js');
  const { healthChecks } = await import('../dist/lib/health/checks/index.js');
  return {
    signals: [...catalogue.values()].map(({ name, meaning }) => ({ name, meaning })),
    daemons: daemons.map(({ name, purpose }) => ({ name, purpose })),
    settings: settings.map(({ key }) => key),
    checks: healthChecks.map(({ name }) => name),
  };
}

const write = (name, value) => writeFile(join(root, name), `${JSON.stringify(value, null, 2)}\n`);
await write('oclif.manifest.json', await manifest());
await write('dist/names.json', await names());
