import { describe, expect, it } from 'vitest';
import { daemons } from '../../src/daemons/index.js';
import { catalogue } from '../../src/lib/signals/catalogue.js';
import { filesBelow, textOf } from './tree.js';

/** Daemons of the document that are still to be built; each leaves this list when it arrives. */
const TO_COME: readonly string[] = [];

const names = daemons.map(({ name }) => name);
const known = [...catalogue.values()];
const said = daemons.flatMap(({ name, says }) => says.map((signal) => [name, signal]));
const heard = daemons.flatMap(({ name, hears }) => hears.map((signal) => [name, signal]));

describe('the list of daemons', () => {
  it('has every daemon that has a file, and nothing else', () => {
    const files = filesBelow('src/daemons', '.ts').filter(
      (file) => !file.endsWith('/index.ts') && !file.includes('/handlers/'),
    );
    const defined = files.map((file) => /name: '(?<name>[a-z_]+)'/.exec(textOf(file))?.groups?.['name']);
    expect(defined.sort()).toEqual([...names].sort());
  });

  it('says what each is for in one line', () => {
    for (const { purpose } of daemons) expect(purpose).toMatch(/^[A-Z][^\n]{10,120}[^.\n]$/);
  });

  it('does not have those that are to come', () => {
    expect(names.filter((name) => TO_COME.includes(name))).toEqual([]);
  });
});

describe('the catalogue and the daemons agree', () => {
  it.each(said)('%s says %s', (name, signal) => {
    expect(catalogue.get(signal)?.emitters).toContain(name);
  });

  it.each(heard)('%s hears %s', (name, signal) => {
    expect(catalogue.get(signal)?.consumers).toContain(name);
  });

  it('on every emitter', () => {
    const promised = known.flatMap(({ name, emitters }) => emitters.map((emitter) => String([emitter, name])));
    const open = promised.filter((pair) => !said.map(String).includes(pair));
    expect(open.filter((pair) => !TO_COME.some((name) => pair.startsWith(name)))).toEqual([]);
  });

  it('on every consumer', () => {
    const promised = known.flatMap(({ name, consumers }) => consumers.map((consumer) => String([consumer, name])));
    const open = promised.filter((pair) => !heard.map(String).includes(pair));
    expect(open.filter((pair) => !TO_COME.some((name) => pair.startsWith(name)))).toEqual([]);
  });

  it('on every name', () => {
    const named = new Set(known.flatMap(({ emitters, consumers }) => [...emitters, ...consumers]));
    expect([...named].filter((name) => !names.includes(name)).sort()).toEqual([...TO_COME].sort());
  });
});
