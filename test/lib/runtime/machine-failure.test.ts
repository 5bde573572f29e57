import { describe, expect, it } from 'vitest';
import { InfrastructureError, KlorosError, PermanentError } from '../../../src/lib/base/errors.js';
import { isMachineFailure } from '../../../src/lib/runtime/machine-failure.js';

const coded = (code: string) => Object.assign(new Error(code), { code });

describe('a failure', () => {
  it.each(['ENOSPC', 'EROFS', 'EMFILE', 'ENOMEM', 'ECONNREFUSED', 'SQLITE_IOERR_WRITE', 'DISK_FULL'])(
    'is the machine’s when its code is %s',
    (code) => expect(isMachineFailure(coded(code))).toBe(true),
  );

  it.each(['ENOENT', 'EACCES', 'EISDIR', 'TIMED_OUT'])('is the signal’s when its code is %s', (code) =>
    expect(isMachineFailure(coded(code))).toBe(false),
  );

  it('is the machine’s when that caused it, or its thrower says so', () => {
    expect(isMachineFailure(new KlorosError({ code: 'X', message: 'x', cause: coded('ENOSPC') }))).toBe(true);
    expect(isMachineFailure(new InfrastructureError({ code: 'MODEL_AWAY', message: 'x' }))).toBe(true);
  });

  it('is the signal’s when its thrower calls it permanent, and when it is no error at all', () => {
    expect(isMachineFailure(new PermanentError({ code: 'X', message: 'x', cause: coded('ENOSPC') }))).toBe(false);
    for (const thrown of [undefined, null, 'ENOSPC', 17, {}]) expect(isMachineFailure(thrown)).toBe(false);
  });

  it('whose causes go round in a circle is looked at all the same', () => {
    const error: Error & { cause?: unknown } = new Error('round');
    error.cause = error;
    expect(isMachineFailure(error)).toBe(false);
  });
});
