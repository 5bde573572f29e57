import { Errors } from '@oclif/core';
import type { Command } from '@oclif/core';
import { usageError } from './command-error.js';
import { closest } from '../base/closest.js';
import { own } from '../base/own.js';

/** What is needed to say which flag was meant. */
export interface CommandLine {
  /** E.g. `kloros signal explain`. */
  name: string;
  flags: readonly string[];
  args: Record<string, Command.Arg.Cached | { description?: string | undefined }>;
}

/** oclif's error about the command line as one of ours; anything else stays as it is. */
export function readableParseError(thrown: unknown, line: CommandLine): unknown {
  if (!(thrown instanceof Errors.CLIError) || thrown instanceof Errors.ExitError) return thrown;
  const help = `${line.name} --help`;
  if (!('parse' in thrown)) return unusableValue(thrown, help);
  const unknown = 'flags' in thrown ? namesOf(thrown.flags) : [];
  if (unknown.length > 0) return unknownFlag(unknown, line, help);
  const [message, ...rest] = complaintOf(thrown).split('\n');
  const words = 'args' in thrown ? namesOf(thrown.args) : [];
  if (words.length > 0 && message?.startsWith('Missing')) return missingArgument(words, line, help);
  if (areBareFacts(words, line)) return bareFacts(words, help);
  return usageError(message ?? 'Wrong usage', detailOf(rest), [help]);
}

/** Without what oclif says of every complaint, a heading and a hint. */
function complaintOf({ message }: Error): string {
  return message.replace(/\nSee more help with --help$/, '').replace(/^The following errors? occurred:\s*/, '');
}

/** What a flag's own check says, which oclif throws as if the program had failed. */
function unusableValue(thrown: Error, help: string): Error {
  const { message } = thrown;
  const [, flag, why] = /^Parsing (--\S+)\s+(.*?)(?:\nSee more help with --help)?$/s.exec(message) ?? [];
  return flag === undefined ? thrown : usageError(`${flag} cannot be used`, why?.trim() ?? message, [help]);
}

function areBareFacts(words: string[], line: CommandLine): boolean {
  return line.flags.includes('fact') && words.length > 0 && words.every((word) => word.includes('='));
}

function bareFacts(facts: string[], help: string): Error {
  const flags = facts.map((fact) => `--fact ${fact}`).join(' ');
  return usageError(`Unexpected argument: ${facts.join(', ')}`, `facts have a flag: ${flags}`, [help]);
}

function unknownFlag(flags: string[], line: CommandLine, help: string): Error {
  const [first = ''] = flags;
  const meant = closest(first.replace(/^-+/, ''), line.flags);
  const why = meant === undefined ? `${line.name} has no such flag` : `did you mean --${meant}?`;
  return usageError(`Unknown flag ${flags.join(', ')}`, why, [help]);
}

function missingArgument(names: string[], line: CommandLine, help: string): Error {
  const wanted = names.map((name) => `${name.toUpperCase()} (${own(line.args, name)?.description ?? name})`);
  return usageError(
    `Missing ${names.map((name) => name.toUpperCase()).join(' and ')}`,
    `the command needs ${wanted.join(' and ')}`,
    [help],
  );
}

function detailOf(lines: readonly string[]): string {
  const detail = lines.map((text) => text.trim()).filter((text) => text !== '');
  return detail.length > 0 ? detail.join('; ') : 'the command line is not as the help says';
}

/** Flags come as words, missing arguments as objects with a name. */
function namesOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (typeof item === 'string') return [item];
    return typeof item === 'object' && item !== null && 'name' in item && typeof item.name === 'string'
      ? [item.name]
      : [];
  });
}
