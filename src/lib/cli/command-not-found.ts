import type { Hook } from '@oclif/core';
import { unknownCommand } from './unknown-command.js';

/** oclif's hook for a command that does not exist. */
const commandNotFound: Hook<'command_not_found'> = async ({ id, argv = [], config }) => {
  throw unknownCommand(id.split(':'), config, argv);
};

export default commandNotFound;
