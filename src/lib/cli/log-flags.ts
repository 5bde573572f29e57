import { Flags } from '@oclif/core';
import { outputFlag } from './base-command.js';

/** How much of what daemons wrote is shown, and as what; `since` is each command's own. */
export const logFlags = {
  follow: Flags.boolean({ summary: 'Wait for more', char: 'f' }),
  lines: Flags.integer({
    summary: 'So many of the last lines',
    default: 50,
    min: 0,
    char: 'n',
    exclusive: ['since'],
  }),
  output: outputFlag(),
};
