import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { daemons } from '../../src/daemons/index.js';
import { EXIT_MEANINGS } from '../../src/lib/cli/exit-codes.js';
import { catalogue } from '../../src/lib/signals/catalogue.js';
import { commands, filesBelow, packageJson, root, textOf } from './tree.js';

const documents = ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', ...filesBelow('docs', '.md')];
/** Without what aligns its tables. */
const readme = textOf('README.md').replaceAll(/ {2,}/g, ' ');

/** Commands of oclif's plugins. */
const PLUGGED_IN = ['help'];

/** Headings as they are linked to: lower case, words joined by hyphens. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

function brokenLinks(document: string): string[] {
  const links = [...textOf(document).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? document : join(dirname(document), path);
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && !anchorsOf(textOf(target)).includes(anchor);
  });
}

/** Words after each `kloros` in code, up to the first that is no name of a topic or command. */
const spoken = (text: string) =>
  [...text.matchAll(/(?:^|[`$|(]|&& )\s*kloros ((?:[a-z]+ ?)+)/gm)].map(([, words = '']) => words.trim());

const isCommand = (words: string) => commands.some((command) => `${words} `.startsWith(`${command.words} `));
const isPluggedIn = (words: string) => PLUGGED_IN.some((name) => words.startsWith(name));
const isTopic = (words: string) => commands.some((command) => command.words.startsWith(`${words} `));

/** Paths of this project that a text names in code. */
const pathsIn = (text: string) =>
  [...text.matchAll(/`((?:src|test|bin|bench|docs|scripts|systemd|\.ci)\/[\w./-]+)`/g)].map(([, path = '']) => path);

describe('the documents', () => {
  it.each(documents)('%s has links that lead somewhere', (document) => {
    expect(brokenLinks(document)).toEqual([]);
  });

  it.each(documents)('%s names commands that exist', (document) => {
    const unknown = spoken(textOf(document)).filter(
      (words) => ![isCommand, isTopic, isPluggedIn].some((knows) => knows(words)),
    );
    expect(unknown).toEqual([]);
  });

  it.each(documents)('%s names files that exist', (document) => {
    expect(pathsIn(textOf(document)).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it.each(documents)('%s names scripts that exist', (document) => {
    const scripts = [...textOf(document).matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
    expect(scripts.filter((name) => !(name in packageJson.scripts))).toEqual([]);
  });
});

describe('the README', () => {
  it('has the two lines that set everything up', () => {
    expect(readme).toContain('npm ci && npm run demo');
    expect(readme).toContain('npm ci && npm test');
  });

  it.each(commands)('explains kloros $words', ({ words }) => {
    expect(readme).toContain(`| \`kloros ${words}\``);
  });

  it.each(EXIT_MEANINGS)('says that exit code %i is: %s', (code, meaning) => {
    expect(readme).toContain(`| ${code} | ${meaning} |`);
  });
});

describe('docs/README.md', () => {
  it('leads to every document', () => {
    const others = filesBelow('docs', '.md').filter((file) => file !== 'docs/README.md');
    const index = textOf('docs/README.md');
    expect(others.filter((file) => !index.includes(`(${file.slice('docs/'.length)})`))).toEqual([]);
  });
});

describe('ARCHITECTURE.md', () => {
  const architecture = textOf('ARCHITECTURE.md');

  it('names every room of lib', () => {
    const rooms = new Set(filesBelow('src/lib', '.ts').map((file) => file.split('/')[2]));
    expect([...rooms].filter((room) => !architecture.includes(`\`${room}/\``))).toEqual([]);
  });

  it('says why each library was chosen', () => {
    const libraries = Object.keys(packageJson.dependencies);
    expect(libraries.filter((library) => !architecture.includes(`\`${library}\``))).toEqual([]);
  });

  it('names every daemon', () => {
    expect(daemons.filter(({ name }) => !architecture.includes(name)).map(({ name }) => name)).toEqual([]);
  });

  it('names no signal that is not in the catalogue', () => {
    const named = [...architecture.matchAll(/\bQ_[A-Z_]+[A-Z]\b/g)].map(([name]) => name);
    expect(named.filter((name) => !catalogue.has(name))).toEqual([]);
  });
});
