import { describe, expect, it } from 'vitest';
import type { CachedCommand, Manifest } from '../../../src/lib/completion/manifest.js';
import { positionOf } from '../../../src/lib/completion/position.js';

const flags: CachedCommand['flags'] = {
  signal: { name: 'signal', type: 'option', multiple: true },
  yes: { name: 'yes', type: 'boolean' },
};
const command = (id: string, args: string[] = [], strict = true): CachedCommand => {
  return { id, strict, flags, args: Object.fromEntries(args.map((name) => [name, { name }])) };
};
const manifest: Manifest = {
  topics: {},
  commands: {
    topology: command('topology'),
    'topology:check': command('topology:check'),
    'dlq:show': command('dlq:show', ['id']),
    'daemon:stop': command('daemon:stop', ['daemon'], false),
    trace: command('trace', ['id', 'other']),
  },
};
const at = (line: string) => {
  const { takesCommand, takesFlag, inputName, word, path } = positionOf(line.split(' '), manifest);
  return {
    path: path.join(' '),
    word,
    may: [takesCommand && 'command', takesFlag && 'flag', inputName].filter(Boolean),
  };
};

describe('the word that is being typed', () => {
  it.each([
    ['', { path: '', word: '', may: ['command'] }],
    ['dl', { path: '', word: 'dl', may: ['command'] }],
    ['dlq ', { path: 'dlq', word: '', may: ['command'] }],
    ['dlq sh', { path: 'dlq', word: 'sh', may: ['command'] }],
    ['help dlq sh', { path: 'dlq', word: 'sh', may: ['command'] }],
    ['topology ', { path: 'topology', word: '', may: ['command', 'flag'] }],
    ['topology --', { path: 'topology', word: '--', may: ['flag'] }],
    ['dlq show 1', { path: 'dlq show', word: '1', may: ['command', 'id'] }],
    ['dlq show 1 ', { path: 'dlq show', word: '', may: ['flag'] }],
    ['trace --yes x ', { path: 'trace', word: '', may: ['other'] }],
    ['daemon stop a b ', { path: 'daemon stop', word: '', may: ['daemon'] }],
    ['topology --signal ', { path: 'topology', word: '', may: ['--signal'] }],
    ['topology --signal -', { path: 'topology', word: '-', may: ['--signal'] }],
    ['topology --signal=Q_', { path: 'topology', word: 'Q_', may: ['--signal'] }],
    ['topology --yes=', { path: 'topology', word: '--yes=', may: ['flag'] }],
    ['dlq show --signal x -- -', { path: 'dlq show', word: '-', may: ['id'] }],
    ['no such ', { path: '', word: '', may: [] }],
    ['topology nosuch ', { path: 'topology', word: '', may: ['flag'] }],
  ])('of %j', (line, expected) => expect(at(line)).toEqual(expected));
});
