import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ESLint, type Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { afterAll, expect, it } from 'vitest';
import { noForeignKeys } from '../../scripts/lint/no-foreign-keys.js';
import { noLongTimers } from '../../scripts/lint/no-long-timers.js';
import { removeTemporaryFolders, temporaryFolder } from '../helpers/temporary-folders.js';

afterAll(removeTemporaryFolders);

const FOREIGN_KEYS = 'kloros/no-foreign-keys';
const LONG_TIMERS = 'kloros/no-long-timers';

/** Lines of a file that a rule complains of. */
async function complaints(lines: readonly string[], rule = FOREIGN_KEYS): Promise<string[]> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'src'));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    '{"compilerOptions":{"strict":true,"target":"ES2023","lib":["ES2023"]},"include":["src"]}',
  );
  writeFileSync(join(folder, 'src/a.ts'), lines.join('\n'));
  const parserOptions = { project: ['./tsconfig.json'], tsconfigRootDir: folder };
  const config = {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser, parserOptions },
    plugins: { kloros: { rules: { 'no-foreign-keys': noForeignKeys, 'no-long-timers': noLongTimers } } },
    rules: { [rule]: 'error' },
  } as unknown as Linter.Config;
  const eslint = new ESLint({ cwd: folder, overrideConfigFile: true, overrideConfig: [config] });
  const [result] = await eslint.lintFiles(['src/a.ts']);
  return (result?.messages ?? []).map(({ line, ruleId, message }) =>
    ruleId === rule ? (lines[line - 1] ?? '') : message,
  );
}

const DECLARED = [
  'export {};',
  'declare const counts: Record<string, number>;',
  'declare const name: string;',
  'declare const unknown: any;',
  'declare const known: "warning" | "critical";',
  'declare const ranks: Record<"warning" | "critical", number>;',
  'declare const list: number[];',
  'declare const index: number;',
  'declare const map: Map<string, number>;',
];

it('A text as the key of an ordinary object is refused, read or written, asked for or taken out', async () => {
  const bad = [
    'counts[name];',
    'counts[`x${name}`];',
    'counts[unknown];',
    'counts[name] = 1;',
    'counts[name] ??= 1;',
    'process.env[name];',
    'name in counts;',
    'const { [name]: one } = counts;',
    'for (const key in counts) void key;',
    'Object.assign({}, counts);',
    'Reflect.get(counts, name);',
    'function read<K extends string>(key: K) { return counts[key]; }',
    '[1].map((_, at) => counts[String(at)]);',
  ];
  expect(await complaints([...DECLARED, ...bad])).toEqual(bad);
}, 60_000);

it('Known words, positions and what asks the object alone are let through', async () => {
  const good = [
    'counts["total"]; counts.total;',
    'ranks[known];',
    'list[index]; list[0];',
    'map.get(name); map.set(name, 1);',
    'Object.hasOwn(counts, name); Object.entries(counts); Object.fromEntries([[name, 1]]);',
    'const made = { [name]: 1, ...counts };',
    '"total" in counts;',
  ];
  expect(await complaints([...DECLARED, ...good])).toEqual([]);
}, 60_000);

it('A timer of Node is refused where its time may be longer than it can hold, by whatever name', async () => {
  const declared = ["import { setTimeout as rest } from 'node:timers/promises';", 'declare const ms: number;'];
  const bad = [
    'setTimeout(() => undefined, ms);',
    'setInterval(() => undefined, 2 * 1_000);',
    'void rest(ms);',
    'AbortSignal.timeout(ms);',
    'AbortSignal.timeout(60_000);',
  ];
  const good = [
    'const A_MINUTE_MS = 60_000;',
    'setTimeout(() => undefined, A_MINUTE_MS);',
    'setInterval(() => undefined, 1_000);',
    'void rest(5);',
  ];
  expect(await complaints([...declared, ...bad, ...good], LONG_TIMERS)).toEqual(bad);
}, 60_000);

it('The rules are in force for every file of the program, and no comment switches them off', async () => {
  const eslint = new ESLint({ cwd: resolve('.') });
  const config = (await eslint.calculateConfigForFile('src/lib/healing/memory.ts')) as Linter.Config;
  expect([config.rules?.[FOREIGN_KEYS], config.rules?.[LONG_TIMERS]]).toEqual([[2], [2]]);
  expect(config.linterOptions?.noInlineConfig).toBe(true);
});
