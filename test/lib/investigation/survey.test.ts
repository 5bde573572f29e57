import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, rmSync, symlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allow, ask, beside, closeColony, openColony, recordOf, source } from './colony.js';
import { GYP, writeTree } from './tree.js';

beforeAll(openColony);
afterAll(closeColony);

describe('a question about TypeScript', () => {
  it('knows the package, its exports and who imports them', async () => {
    writeTree(source(), {
      'web/package.json': '{"name":"web-kit","description":"Serves pages.","bin":{"serve":"./cli.js"}}',
      'web/index.ts': "export { serve } from './serve.js';\n",
      'web/serve.ts':
        "import http from 'node:http';\n/** Serve a page. */\nexport function serve(port: number) { return http.createServer().listen(port); }\n",
      'web/cli.js': "#!/usr/bin/env node\nimport './index.js';\n",
      'web/serve.test.ts': "import { serve } from './serve.js';\nit('serves', () => serve(1));\n",
      'app/main.ts': "import { serve } from '../web/index.js';\nserve(1);\n",
      'app/other.ts': "import { serve } from 'web-kit';\n",
    });
    const record = recordOf(await ask('web', ['path:web']));
    expect(record).toMatchObject({
      language: 'typescript',
      purpose: 'Serves pages.',
      capabilities: ['Serve a page'],
      imported_by: ['app/main.ts', 'app/other.ts'],
    });
    expect(record.structure.entry_points).toEqual(['cli.js (shebang)', 'cli.js (package.json bin serve)']);
    expect(record.structure.imports_outside).toEqual(['node:http']);
    expect(record.structure.tests).toEqual(['serve.test.ts: serves']);
  });

  it("reads this project's own source", async () => {
    const own = new URL('../../../src', import.meta.url).pathname;
    allow(own);
    const record = recordOf(await ask('errors', [`path:${own}/lib/base/errors.ts`]));
    expect(record.structure.parse_errors).toEqual([]);
    expect(record.imported_by).toContain('daemons/index.ts');
    expect(record.capabilities).toContain('The error every room throws when an operator may read it');
  });

  it.runIf(existsSync(GYP))('reads the Python package that ships with npm', async () => {
    cpSync(GYP, source('gyp'), { recursive: true });
    const record = recordOf(await ask('gyp', [`path:${source('gyp')}`]));
    expect(record.structure.parse_errors).toEqual([]);
    expect(record.structure.total_lines).toBeGreaterThan(3_000);
    expect(record.structure.functions).toContain('XmlToString');
    rmSync(source('gyp'), { recursive: true });
  });
});

describe('what cannot be read', () => {
  it('is named, and does not stop the rest', async () => {
    writeTree(source(), {
      'odd/good.py': 'def fine(): pass\n',
      'odd/broken.py': 'def broken(:\n',
      'odd/broken.ts': 'export function (',
      'odd/huge.py': '#'.repeat(30_000),
      'odd/deep.ts': '('.repeat(15_000),
      'odd/latin.py': Buffer.from('"""Gr\xfc\xdfe an alle."""\n', 'latin1'),
      'odd/node_modules/x/index.js': 'export const x = 1;',
      'outside.txt': '',
    });
    writeTree(beside(), { 'secret/key.py': 'KEY = 1\n' });
    symlinkSync(beside('secret/key.py'), source('odd/stolen.py'));
    symlinkSync('.', source('odd/loop'));
    symlinkSync('nowhere.py', source('odd/dangling.py'));
    execFileSync('mkfifo', [source('odd/pipe.py')]);
    const record = recordOf(await ask('odd', [`path:${source('odd')}`]));
    expect(record.status).toBe('completed');
    expect(record.structure.functions).toContain('fine');
    expect(record.structure.docstrings).toEqual(['latin.py: Grüße an alle.']);
    expect(record.structure.parse_errors.map((error) => error.split(':')[0])).toEqual([
      'broken.py',
      'broken.ts',
      'deep.ts',
    ]);
    const reasons = new Map(record.structure.skipped.map(({ path, reason }) => [path, reason]));
    expect(reasons.get('huge.py')).toMatch(/30000 bytes, more than investigation.maxFileBytes/);
    expect(reasons.get('stolen.py')).toBe('leads outside of the source roots');
    expect(reasons.get('loop')).toBe('a link to a folder is not followed');
    expect(reasons.get('dangling.py')).toBe('cannot be read: ENOENT');
    expect(reasons.get('node_modules')).toBe('holds no source of its own');
    expect(reasons.get('pipe.py')).toBe('not a regular file');
    expect(record.confidence).toBeLessThan(0.3);
    rmSync(source('odd'), { recursive: true });
  });

  it('is refused outside of the source roots, with the line that would allow it', async () => {
    writeTree(beside(), { 'secret/key.py': 'KEY = 1\n' });
    symlinkSync(beside('secret'), source('innocent'));
    for (const path of [beside('secret'), source('innocent'), source('../secret')]) {
      const facts = await ask('secret', [`path:${path}`], { action_class: 'reinvestigate' });
      expect(facts).toMatchObject({ status: 'failed', error_type: 'outside_source_roots', confidence: 0 });
      expect(facts['error']).toContain('KLOROS_SOURCE_ROOTS=');
      expect(facts['error']).toContain('sourceRoots:');
      expect(recordOf(facts)).toMatchObject({ status: 'failed', success: false, files_analyzed: [] });
    }
    rmSync(source('innocent'));
  });

  it('is a phantom where nothing lies, once, and a module as soon as something does', async () => {
    const path = [`path:${source('ghost')}`];
    const first = await ask('ghost', path);
    expect(first).toMatchObject({ status: 'failed', error_type: 'phantom', hypothesis: 'UNDISCOVERED_MODULE_ghost' });
    expect(await ask('ghost', path)).toMatchObject({ status: 'failed', answered_from: first['investigation_id'] });
    writeTree(source(), { 'ghost/__init__.py': '' });
    expect(await ask('ghost', path)).toMatchObject({ status: 'completed' });
  });

  it.each(['../../etc', '/etc/passwd', '.', '..', 'a b', 'x\u0000y'])(
    'never follows a name that is a path: %j',
    async (name) => {
      expect(await ask(name, [])).toMatchObject({ status: 'failed' });
    },
  );

  it('is said of a folder without code', async () => {
    writeTree(source(), { 'papers/notes.txt': 'nothing' });
    expect(await ask('papers', [`path:${source('papers')}`])).toMatchObject({
      status: 'failed',
      error_type: 'no_source',
    });
  });
});
