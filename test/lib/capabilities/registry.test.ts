import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRegistry } from '../../../src/lib/capabilities/registry.js';

function fileOf(content: string | Buffer): string {
  const path = join(mkdtempSync(join(tmpdir(), 'kloros-registry-')), 'capabilities.yaml');
  writeFileSync(path, content);
  return path;
}

describe('reading the registry', () => {
  it('tells entries from nested groups, and knows the modules inside groups', async () => {
    const registry = await readRegistry(
      fileOf(
        'tool_synthesis:\n  module: tool_synthesis\n  enabled: false\n  py_files: 25\n  guards: [a]\n' +
          'tts:\n  router: {module: tts.router}\n  backends:\n    - {name: piper, module: tts.piper}\n',
      ),
    );
    expect(registry.entries).toMatchObject([
      { name: 'tool_synthesis', module: 'tool_synthesis', enabled: false, pyFiles: 25, fields: { guards: ['a'] } },
    ]);
    expect(registry.groups).toEqual(['tts']);
    expect(registry.modules).toEqual(['tool_synthesis', 'tts.router', 'tts.piper']);
  });

  it('has no entries where there is no file, or only comments', async () => {
    expect(await readRegistry('/nonexistent/capabilities.yaml')).toMatchObject({
      exists: false,
      entries: [],
      sha256: null,
    });
    expect((await readRegistry(fileOf('# nothing yet\n'))).entries).toEqual([]);
  });

  it.each([
    ['a: [', /line 1, column 5/],
    ['a: 1\n---\nb: 2\n', /line 2, column 1.*multiple documents/],
    ['- a\n', /not a map/],
    [Buffer.from([0x61, 0x3a, 0x20, 0xff]), /not valid UTF-8/],
    [`a: &a [x,x,x,x,x,x,x,x,x]\n${bomb()}`, /alias/i],
  ])('says why %j cannot be read', async (content, why) => {
    await expect(readRegistry(fileOf(content))).rejects.toMatchObject({ code: 'REGISTRY_UNREADABLE' });
    await expect(readRegistry(fileOf(content))).rejects.toThrow(why);
  });
});

/** Aliases of aliases: a billion values in a few lines. */
function bomb(): string {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
  return names
    .slice(1)
    .map((name, at) => `${name}: &${name} [${`*${names[at] ?? ''},`.repeat(9).slice(0, -1)}]\n`)
    .join('');
}
