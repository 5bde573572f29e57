import { Errors } from '@oclif/core';
import { describe, expect, it } from 'vitest';
import { readableParseError } from '../../../src/lib/cli/parse-errors.js';

const LINE = { name: 'kloros exporter', flags: ['port'], args: {} };

describe('an error about the command line', () => {
  it('of a value that a flag refuses is wrong usage, in the words of the flag', () => {
    const said =
      'Parsing --port \n\tExpected an integer less than or equal to 65535 but received: 99999\nSee more help with --help';
    expect(readableParseError(new Errors.CLIError(said), LINE)).toMatchObject({
      code: 'USAGE',
      message: '--port cannot be used',
      why: 'Expected an integer less than or equal to 65535 but received: 99999',
      next: ['kloros exporter --help'],
    });
  });

  it('that is none stays as it is', () => {
    const error = new Errors.CLIError('something else');
    expect(readableParseError(error, LINE)).toBe(error);
  });
});
