import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { Errors } from '@oclif/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { commands, packageJson, root } from './tree.js';

interface CommandClass {
  summary?: string;
  examples?: readonly unknown[];
  new (argv: string[], config: object): { parse(command: unknown): Promise<{ argv: unknown[] }> };
}

/** As much of oclif's configuration as parsing asks for. */
const CONFIG = { bin: 'kloros', runHook: async () => ({ successes: [], failures: [] }) };

/** A required argument is missing, as it should be. */
function onlyParseErrors(error: unknown): { argv: unknown[] } {
  if (error instanceof Errors.CLIError) return { argv: [] };
  throw error;
}

afterEach(() => {
  vi.restoreAllMocks();
});

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

  it.each(commands)('$words takes nothing from stdin for an argument that is missing', async ({ file }) => {
    const Command = await classOf(file);
    const stdin = Readable.from(['SNEAKY\n']);
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(stdin as unknown as typeof process.stdin);
    const parsed = await new Command([], CONFIG).parse(Command).catch(onlyParseErrors);
    expect(parsed.argv).not.toContain('SNEAKY');
    expect([stdin.readableDidRead, stdin.listenerCount('data')]).toEqual([false, 0]);
  });

  it('stand in topics that say what they are about, and no topic is empty', () => {
    const topics = new Set(
      commands.map(({ words }) => words.split(' ')).flatMap(([topic, verb]) => (verb ? [topic] : [])),
    );
    expect(Object.keys(packageJson.oclif.topics).sort()).toEqual([...topics].sort());
    for (const { description } of Object.values(packageJson.oclif.topics)) expect(description).toMatch(/\w/);
  });
});
