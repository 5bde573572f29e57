import { describe, expect, it } from 'vitest';
import { parse, parseDocument } from 'yaml';
import type { NewEntry } from '../../../src/lib/capabilities/entry.js';
import { insertEntry, newRegistry } from '../../../src/lib/capabilities/insert-entry.js';
import fc from '../../helpers/property.js';

const entry: NewEntry = {
  name: 'audio_new',
  fields: {
    module: 'src.audio_new',
    enabled: true,
    description: 'Reads audio: frames, [levels] and #tags',
    auto_discovered: true,
    discovered_at: '2025-11-08T17:34:34.877Z',
    py_files: 5,
    investigation_id: 'inv.01ABC',
  },
};

/** Whether `after` is `before` with one run of characters put in. */
function isPureInsertion(before: string, after: string, inserted: string): boolean {
  const at = after.indexOf(inserted);
  const places = at === -1 ? [] : [...after.matchAll(new RegExp(escape(inserted), 'g'))].map((match) => match.index);
  return places.some((place) => after.slice(0, place) + after.slice(place + inserted.length) === before);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function check(before: string): string {
  const { text, inserted } = insertEntry(before, entry, 'capabilities.yaml');
  expect(isPureInsertion(before, text, inserted)).toBe(true);
  expect(text.length).toBe(before.length + inserted.length);
  expect(parse(text)).toEqual({ ...(parse(before) as object | null), audio_new: entry.fields });
  return text;
}

const key = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/).filter((word) => word !== 'audio_new');
const comment = fc.stringMatching(/^[ -~äöü€]{0,20}$/).map((text) => `#${text}`);
const scalar = fc.oneof(
  fc.constantFrom('true', 'no', '~', "'single ''quoted'''", '"dou\\tble"', '0x1f', '2025-11-08', '[a, {b: c}]', '{}'),
  fc.integer().map(String),
  fc.stringMatching(/^[a-z][a-z .]{0,30}[a-z]$/),
);
const blockScalar = fc.constantFrom(
  '|\n      line one\n\n      line two',
  '>-\n      folded\n      text',
  '|+\n      kept\n\n',
);
const field = fc
  .tuple(key, fc.oneof(scalar, blockScalar), fc.option(comment))
  .map(([name, value, note]) => `  ${name}: ${value}${note === null || value.includes('\n') ? '' : ` ${note}`}\n`);
const group = fc.tuple(key, scalar).map(([name, value]) => `  ${name}:\n    - module: x.y\n      extra: ${value}\n`);
const capability = fc
  .tuple(
    key,
    fc.array(
      fc.oneof(
        field,
        group,
        comment.map((note) => `  ${note}\n`),
        fc.constant('\n'),
      ),
    ),
    fc.nat(2),
  )
  .map(
    ([name, fields, blanks]) => `${name}: &${name}\n  module: src.${name}\n${fields.join('')}${'\n'.repeat(blanks)}`,
  );
const registry = fc
  .tuple(fc.array(comment), fc.array(capability), fc.constantFrom('', '---\n'), fc.constantFrom('', '# end\n', '...\n'))
  .map(([comments, capabilities, start, end]) => {
    const head = comments.map((line) => `${line}\n`).join('');
    return `${head}${start}${capabilities.join('')}${capabilities.length === 0 ? '' : end}`;
  })
  .filter((text) => parseDocument(text).errors.length === 0);
const endings = fc.constantFrom(
  (text: string) => text,
  (text: string) => text.replaceAll('\n', '\r\n'),
  (text: string) => text.replace(/\n$/, ''),
  (text: string) => `\uFEFF${text}`,
);

describe('adding an entry to a registry', () => {
  it('is a pure insertion into any registry, whatever its comments, anchors, blank lines and line ends', () => {
    fc.assert(
      fc.property(registry, endings, (text, ending) => {
        fc.pre(parseDocument(ending(text)).errors.length === 0);
        check(ending(text));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps CRLF line ends for the new lines', () => {
    expect(check('a:\r\n  module: a\r\n').replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('closes a last line that has no newline', () => {
    expect(check('a:\n  module: a')).toContain('module: a\naudio_new:\n');
  });

  it('sets a blank line before the entry where the file does so', () => {
    expect(check('a:\n  module: a\n\nb:\n  module: b\n')).toContain('module: b\n\naudio_new:');
    expect(check('a:\n  module: a\nb:\n  module: b\n')).toContain('module: b\naudio_new:');
  });

  it.each([
    '',
    '# only a comment',
    '{}',
    '{}\n',
    '{a: {module: a}}',
    '{ a: 1, }\n',
    '{\n  a: 1 # note\n}\n',
    '---\na: 1\n...\n',
  ])('finds the place in %j', (text) => void check(text));

  it('follows an indented top level', () => {
    expect(check('  a:\n    module: a\n')).toContain('\n  audio_new:\n    module:');
  });

  it('keeps the value of a block scalar that keeps its last newlines', () => {
    check('a:\n  module: a\n  text: |+\n    kept\n\n\n');
    check('a:\n  module: a\n  text: |+\n    kept');
  });

  it('refuses, and says what to write by hand, where no place leaves everything else as it is', () => {
    expect(() => insertEntry('~\n', entry, 'capabilities.yaml')).toThrow(/No place was found/);
  });

  it('names line and column of a registry that does not parse', () => {
    expect(() => insertEntry('a: 1\nb: [\n', entry, 'capabilities.yaml')).toThrow(/line 3, column 1/);
    expect(() => insertEntry('a: 1\na: 2\n', entry, 'capabilities.yaml')).toThrow(
      /line 2, column 1: Map keys must be unique/,
    );
  });

  it('refuses a registry that is a list', () => {
    expect(() => insertEntry('- a\n', entry, 'capabilities.yaml')).toThrow(/not a map/);
  });

  it('writes any description so that it is read back the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (description, flow) => {
        const odd = { ...entry, fields: { ...entry.fields, description } };
        const { text } = insertEntry(flow ? '{a: 1}' : 'a: 1\n', odd, 'capabilities.yaml');
        expect((parse(text) as Record<string, unknown>)['audio_new']).toEqual(odd.fields);
      }),
    );
  });

  it('quotes what a YAML 1.1 reader would take for a date or a boolean', () => {
    const { text } = newRegistry({ ...entry, fields: { ...entry.fields, description: 'yes' } });
    expect(text).toContain("discovered_at: '2025-11-08T17:34:34.877Z'");
    expect(text).toContain("description: 'yes'");
  });
});
