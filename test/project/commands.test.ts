import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands, packageJson, root } from './tree.js';

interface CommandClass {
  summary?: string;
  examples?: readonly unknown[];
}

async function classOf(file: string): Promise<CommandClass> {
  const module = (await import(pathToFileURL(join(root, file)).href)) as { default: CommandClass };
  return module.default;
}

describe('the commands', () => {
  it.each(commands)('$words has a summary of one line without a full stop', async ({ file }) => {
    const { summary } = await classOf(file);
    expect(summary).toMatch(/^[A-Z][^\n]{10,90}[^.\n]$/);
  });

  it.each(commands)('$words has examples that call it', async ({ file, words }) => {
    const { examples = [] } = await classOf(file);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(String(example)).toContain(`<%= config.bin %> ${words}`);
  });

  it('stand in topics that say what they are about, and no topic is empty', () => {
    const topics = new Set(
      commands.map(({ words }) => words.split(' ')).flatMap(([topic, verb]) => (verb ? [topic] : [])),
    );
    expect(Object.keys(packageJson.oclif.topics).sort()).toEqual([...topics].sort());
    for (const { description } of Object.values(packageJson.oclif.topics)) expect(description).toMatch(/\w/);
  });
});
