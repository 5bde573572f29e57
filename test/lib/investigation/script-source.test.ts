import { describe, expect, it } from 'vitest';
import { readScript } from '../../../src/lib/investigation/script-source.js';
import fc from '../../helpers/property.js';

describe('facts of a TypeScript or JavaScript file', () => {
  it('takes what is exported for public, with the JSDoc in front of it', () => {
    const facts = readScript(
      `/** Makes one. Or two. */\nexport function make(): void {}\n/** A shape. */\nexport interface Shape { a: string }\nfunction hidden() {}\nexport const go = () => 1, LIMIT = 2;\nexport enum E { A }\n`,
      'a.ts',
    );
    expect(facts.language).toBe('typescript');
    expect(facts.symbols).toEqual([
      { name: 'make', kind: 'function', doc: 'Makes one.' },
      { name: 'Shape', kind: 'type', doc: 'A shape.' },
      { name: 'go', kind: 'function', doc: null },
      { name: 'LIMIT', kind: 'constant', doc: null },
      { name: 'E', kind: 'type', doc: null },
    ]);
  });

  it('knows renamed, passed-on and default exports', () => {
    const facts = readScript(
      `export default class Pool {}\nexport * from './q.js';\nexport { a as b } from './w.js';\nconst z = 1;\nexport { z as limit };`,
      'a.mjs',
    );
    expect(facts.exports).toEqual(['Pool', '* from ./q.js', 'b', 'limit']);
    expect(facts.symbols.map(({ name, kind }) => [name, kind])).toEqual([
      ['Pool', 'class'],
      ['limit', 'constant'],
    ]);
    expect(facts.imports.map(({ module }) => module)).toEqual(['./q.js', './w.js']);
  });

  it('knows CommonJS: exports, require and the main guard', () => {
    const facts = readScript(
      `#!/usr/bin/env node\n/** Runs. */\nfunction run() {}\nconst fs = require('fs');\nmodule.exports = { run, other: 1 };\nexports.third = 3;\nif (require.main === module) run();\n`,
      'a.cjs',
    );
    expect(facts.exports).toEqual(['run', 'other', 'third']);
    expect(facts.symbols).toEqual([{ name: 'run', kind: 'function', doc: 'Runs.' }]);
    expect(facts.imports).toEqual([{ module: 'fs', names: [], level: 0 }]);
    expect(facts.entryPoints).toEqual(['shebang', 'main guard']);
  });

  it('reads imports of every form, with the names they take', () => {
    const facts = readScript(
      `import d, { a as b, type T } from './x.js';\nimport * as all from 'y';\nimport './side.js';\nawait import('./late.js');`,
      'a.ts',
    );
    expect(facts.imports).toEqual([
      { module: './x.js', names: ['default', 'a', 'T'], level: 0 },
      { module: 'y', names: ['*'], level: 0 },
      { module: './side.js', names: [], level: 0 },
      { module: './late.js', names: [], level: 0 },
    ]);
  });

  it('reads the titles of tests', () => {
    expect(
      readScript(`describe('x', () => { it('adds', () => {}); test.skip('later', () => {}); });`, 'a.test.ts').tests,
    ).toEqual(['adds', 'later']);
  });

  it('takes a comment at the top for the file only where it belongs to nothing below', () => {
    expect(readScript(`/** About the file. */\n\nimport 'x';\nexport const a = 1;`, 'a.ts').doc).toBe(
      'About the file.',
    );
    expect(readScript(`/** About a. */\nexport const a = 1;`, 'a.ts').doc).toBeNull();
    expect(readScript(`/* Copyright somebody. All rights reserved. */\nimport 'x';`, 'a.ts').doc).toBeNull();
  });

  it('says where a file does not parse', () => {
    expect(readScript('export const a = 1;\nexport function (', 'a.ts').error).toMatch(/^line 2: /);
  });

  it('leaves a file alone that could exhaust the native stack', () => {
    expect(readScript('('.repeat(300_000), 'a.ts').error).toMatch(/more than 100000 operators/);
  });

  it('reads any text at all without throwing', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc
        .array(
          fc.constantFrom(
            'export ',
            'class ',
            'default ',
            '(',
            '{',
            '=>',
            '`',
            '/**',
            '*/',
            '\n',
            'x',
            'import(',
            "'a'",
            '<',
          ),
          { maxLength: 60 },
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, fc.constantFrom('a.ts', 'a.tsx', 'a.js', 'a.d.ts'), (any, name) =>
        Array.isArray(readScript(any, name).symbols),
      ),
      { numRuns: 300 },
    );
  });
});
