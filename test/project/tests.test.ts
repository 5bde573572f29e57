import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, root } from './tree.js';

/** Tests of more than one module. */
const ACROSS = ['contract', 'integration', 'faults', 'project', 'systemd'];

/** Tests of what a whole room does, beside those of its modules. */
const WHOLE_ROOM = [
  'commands/hostile-text',
  'commands/program',
  'commands/read-only',
  'lib/bus/crash',
  'lib/bus/journal-trust',
  'lib/deployment/noise',
  'lib/expectations/clock-steps',
  'lib/healing/hostile',
  'lib/intents/beset',
  'lib/intents/hostile',
];

const sources = filesBelow('src', '.ts');
const tests = filesBelow('test', '.test.ts').map((file) => file.slice('test/'.length, -'.test.ts'.length));

/** Whether there is a module or a folder of its name; a test that is named as its own folder holds that folder. */
function mirrorsSource(test: string): boolean {
  const [room, name] = [dirname(test), basename(test)];
  const isModule = sources.some((file) => file.startsWith(`src/${room}/`) && basename(file, '.ts') === name);
  const folder = name === basename(room) ? room : test;
  return isModule || existsSync(join(root, 'src', folder));
}

describe('the tests', () => {
  it('stand where the source stands that they hold', () => {
    const mirrored = tests.filter((test) => !ACROSS.includes(test.split('/')[0] ?? '') && !WHOLE_ROOM.includes(test));
    expect(mirrored.filter((test) => !mirrorsSource(test))).toEqual([]);
  });

  it('of whole rooms are those that are named here', () => {
    expect(WHOLE_ROOM.filter((test) => !tests.includes(test))).toEqual([]);
  });
});
