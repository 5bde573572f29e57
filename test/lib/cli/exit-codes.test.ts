import { describe, expect, it } from 'vitest';
import { KlorosError } from '../../../src/lib/base/errors.js';
import { notFoundError, usageError, InterruptedError } from '../../../src/lib/cli/command-error.js';
import { CheckCode, exitCodeOf, ExitCode } from '../../../src/lib/cli/exit-codes.js';

const coded = (code: string) => new KlorosError({ code, message: 'm' });

describe('exit codes', () => {
  it.each([
    ['PORT_TAKEN', 1],
    ['USAGE', 2],
    ['INVALID_CONFIG', 2],
    ['INVALID_FACTS', 2],
    ['NOT_FOUND', 3],
    ['DAEMON_NOT_FOUND', 3],
    ['UNKNOWN_DAEMON', 3],
    ['TIMED_OUT', 4],
    ['WAIT_TIMEOUT', 4],
    ['JOURNAL_DAMAGED', 5],
    ['JOURNAL_GONE', 5],
    ['JOURNAL_IN_USE', 1],
    ['INTERRUPTED', 130],
    ['NOT_FOUNDED', 1],
  ])('of %s is %i', (code, exit) => {
    expect(exitCodeOf(coded(code))).toBe(exit);
  });

  it('of what is no KlorosError is 1', () => {
    expect([exitCodeOf(new Error('x')), exitCodeOf('text'), exitCodeOf(undefined)]).toEqual([1, 1, 1]);
  });

  it('of a check that could not look is UNKNOWN, whatever stopped it but Ctrl-C', () => {
    const errors = [coded('PORT_TAKEN'), usageError('m', 'w', []), coded('TIMED_OUT'), new InterruptedError('SIGINT')];
    expect(errors.map((error) => exitCodeOf(error, true))).toEqual([
      CheckCode.unknown,
      CheckCode.unknown,
      CheckCode.unknown,
      ExitCode.interrupted,
    ]);
  });
});

describe('what is not found', () => {
  it('suggests the closest name, and the command that takes it', () => {
    const parts = { kind: 'dead letter', name: 'fooo', candidates: ['foo', 'bar'], list: 'kloros dead list' };
    expect(notFoundError({ ...parts, command: 'kloros dead show' })).toMatchObject({
      code: 'DEAD_LETTER_NOT_FOUND',
      message: 'There is no dead letter fooo',
      why: 'did you mean foo?',
      next: ['kloros dead show foo', 'kloros dead list'],
    });
  });

  it('says that nothing is close', () => {
    const error = notFoundError({ kind: 'signal', name: 'zzz', candidates: ['foo', 'bar'], list: 'l' });
    expect(error).toMatchObject({ why: 'none of the 2 has a similar name', next: ['l'] });
  });
});
