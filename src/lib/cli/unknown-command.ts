import { Errors } from '@oclif/core';
import type { Interfaces } from '@oclif/core';
import { closest } from '../base/closest.js';
import { usageError } from './command-error.js';
import { failureOf, tellFailure } from './failure.js';
import { hasFlag, outputModeOf } from './output-mode.js';

/** Says that there is no such command, with the closest one, as every other error; returns what ends the process. */
export function unknownCommand(words: readonly string[], config: Interfaces.Config, argv: readonly string[]): Error {
  const commands = config.commands.filter(({ hidden }) => !hidden).map(({ id }) => id.replaceAll(':', ' '));
  const name = words.join(' ');
  const meant = closest(name, [...commands, ...config.topics.map((topic) => topic.name)]);
  const topic = config.findTopic(words[0] ?? '') ? ` ${words[0] ?? ''}` : '';
  const why = meant === undefined ? 'no command has a similar name' : `did you mean ${config.bin} ${meant}?`;
  const next = [...(meant === undefined ? [] : [`${config.bin} ${meant} --help`]), `${config.bin}${topic} --help`];
  const error = usageError(`There is no command ${name}`, why, next);
  const failure = failureOf(error, { debug: hasFlag(argv, '--debug'), isCheck: false });
  tellFailure(failure, { mode: outputModeOf(argv), warnings: [] });
  return new Errors.ExitError(failure.status);
}
