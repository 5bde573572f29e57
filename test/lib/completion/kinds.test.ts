import { describe, expect, it } from 'vitest';
import { readManifest } from '../../../src/lib/completion/manifest.js';
import { kindsOf } from '../../../src/lib/completion/kinds.js';
import { isBuilt } from '../../helpers/cli.js';

/** What only its author knows: texts, numbers, times, expressions; and ids of which there may be millions. */
const FREE = new Set([
  ...['range', 'question', '--question', '--id', 'stuck id', '--type', '--evidence', '--reason', '--grep', '--where'],
  ...['--fact', '--set', '--param', '--remap', '--field', '--sequence', '--rule', '--instance', '--run-as', '--host'],
  '--otlp-header',
  ...[
    '--since',
    '--until',
    '--at',
    '--range',
    '--for',
    '--timeout',
    '--interval',
    '--watch',
    '--older-than',
    '--every',
  ],
  ...['--window', '--count', '--limit', '--lines', '--port', '--rate', '--ramp', '--factor', '--max-mib', '--priority'],
  ...['peer:add name', '--public-key'],
  ...['--seed', '--candidates', '--otlp', '--otlp-since'],
]);

const inputs = isBuilt
  ? Object.values(readManifest(new URL('../../../', import.meta.url)).commands).flatMap((command) => {
      const flags = Object.values(command.flags).filter(({ type }) => type === 'option');
      const named = [...Object.values(command.args), ...flags.map((flag) => ({ ...flag, name: `--${flag.name}` }))];
      return named.filter(({ options }) => options === undefined).map(({ name }) => ({ id: command.id, name }));
    })
  : [];

describe.skipIf(!isBuilt)('the kinds of values', () => {
  it('are known of every argument and flag that is not free text', () => {
    const unknown = inputs.filter(({ id, name }) => kindsOf(id, name).length === 0);
    const unnamed = unknown.filter(({ id, name }) => !FREE.has(name) && !FREE.has(`${id} ${name}`));
    expect(unnamed.map(({ id, name }) => `${id} ${name}`)).toEqual([]);
  });

  it('are not declared of what is named free text', () => {
    expect(inputs.filter(({ id, name }) => FREE.has(name) && kindsOf(id, name).length > 0)).toEqual([]);
    const names = new Set(inputs.flatMap(({ id, name }) => [name, `${id} ${name}`]));
    expect([...FREE].filter((name) => !names.has(name))).toEqual([]);
  });
});
