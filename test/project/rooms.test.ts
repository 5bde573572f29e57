import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { root } from './tree.js';

/** What breaks each rule: a file and what it imports. All of them stand in one tree. */
const BREAKS: Record<string, [file: string, imports: string]> = {
  'no-cycles': ['src/lib/base/cycle.ts', './other-half.js'],
  'every-room-has-rules': ['src/lib/cli/climber.ts', '../attic/chest.js'],
  'base-is-a-leaf': ['src/lib/base/branch.ts', '../signals/id.js'],
  'lib-never-looks-up': ['src/lib/cli/upward.ts', '../../daemons/index.js'],
  'daemons-are-islands': ['src/daemons/bridge.ts', './island.js'],
  'handlers-are-read-late': ['src/daemons/eager.ts', './handlers/eager.js'],
  'daemons-use-runtime-and-domain': ['src/daemons/talker.ts', '../lib/cli/table.js'],
  'bus-is-known-by-its-interface': ['src/lib/intents/rider.ts', '../bus/bus.js'],
  'commands-see-lib-and-the-list': ['src/commands/parrot.ts', './island.js'],
  'zeromq-only-in-bus': ['src/lib/health/wire.ts', 'zeromq'],
  'processes-only-through-base': ['src/lib/supervise/spawn.ts', 'node:child_process'],
  'bin-starts-oclif-only': ['bin/clever.js', '../src/lib/base/clock.js'],
  'nothing-unreachable-from-bin': ['src/lib/cli/forgotten.ts', 'node:path'],
  'src-needs-no-tests': ['src/lib/cli/cheat.ts', '../../../test/answer.js'],
  'no-undeclared-packages': ['src/lib/cli/borrower.ts', 'fast-check'],
  'everything-resolves': ['src/lib/cli/lost.ts', './nowhere.js'],
};

const SURROUNDINGS = {
  'src/lib/base/other-half.ts': "import './cycle.js';",
  'src/lib/base/clock.ts': '',
  'src/lib/attic/chest.ts': '',
  'src/lib/signals/id.ts': '',
  'src/lib/bus/bus.ts': '',
  'src/lib/cli/table.ts': '',
  'src/daemons/index.ts': '',
  'src/daemons/island.ts': '',
  'src/daemons/handlers/eager.ts': '',
  'src/commands/island.ts': '',
  'test/answer.ts': '',
};

interface Report {
  summary: {
    violations: { rule: { name: string }; from: string }[];
  };
}

const NEIGHBOURS = '-keeps-to-its-neighbours';

/** Cruises a tree with the project's own rules. */
function cruise(files: Record<string, string>): Report['summary'] {
  const folder = mkdtempSync(join(tmpdir(), 'kloros-rooms-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    for (const shared of ['node_modules', 'package.json', 'tsconfig.json'])
      symlinkSync(join(root, shared), join(folder, shared));
    const args = ['--config', join(root, '.dependency-cruiser.mjs'), '--output-type', 'json', 'src', 'bin'];
    const cruiser = join(root, 'node_modules/.bin/depcruise');
    const { stdout, stderr } = spawnSync(cruiser, args, { cwd: folder, encoding: 'utf8', maxBuffer: 64 << 20 });
    if (stdout === '') throw new Error(stderr);
    return (JSON.parse(stdout) as Report).summary;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A file in each room that has a table of neighbours; it looks into a room that is in no table. */
function strayFile(rule: string): [file: string, imports: string] {
  return [`src/lib/${rule.slice(0, -NEIGHBOURS.length)}/stray.ts`, '../attic/chest.js'];
}

const path = join(root, '.dependency-cruiser.mjs');
const { default: config } = (await import(pathToFileURL(path).href)) as { default: { forbidden: { name: string }[] } };
const rules = config.forbidden.map(({ name }) => name);

describe('the rules of who may import whom', () => {
  const breakOf = (rule: string) => (rule.endsWith(NEIGHBOURS) ? strayFile(rule) : BREAKS[rule]);
  const broken = rules.flatMap((rule) => [breakOf(rule) ?? []]);
  const files = broken.map(([file, imports]) => ({ [file]: `import '${imports}';` }));
  const { violations } = cruise(Object.assign({}, SURROUNDINGS, ...files) as Record<string, string>);
  const bites = violations.map(({ rule, from }) => `${rule.name}: ${from}`);

  it.each(rules)('%s bites', (rule) => {
    const [file] = breakOf(rule) ?? [];
    expect(bites).toContain(`${rule}: ${file}`);
  });
});
