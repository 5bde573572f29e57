import { describe, expect, it } from 'vitest';
import { KlorosError } from '../../../src/lib/base/errors.js';
import { failedLine, parseReport, READY_LINE, stuckLine } from '../../../src/lib/supervise/report.js';
import fc from '../../helpers/property.js';

describe('a report to the supervisor', () => {
  it('carries an error with its why and its next steps across the process boundary', () => {
    const error = new KlorosError({
      code: 'PORT_TAKEN',
      message: 'Port 7776 is taken',
      why: 'by pid 7',
      next: ['stop it'],
    });
    expect(parseReport(failedLine(error))).toMatchObject({
      kind: 'failed',
      error: { code: 'PORT_TAKEN', message: 'Port 7776 is taken', why: 'by pid 7', next: ['stop it'] },
    });
  });

  it('carries what is no KlorosError by its name and message', () => {
    expect(parseReport(failedLine(new TypeError('x is not a function')))).toMatchObject({
      error: { code: 'DAEMON_FAILED', message: 'TypeError: x is not a function' },
    });
  });

  it('carries who keeps everybody from writing', () => {
    expect(parseReport(stuckLine([12, 3]))).toEqual({ kind: 'stuck', holders: [12, 3] });
    expect(parseReport(stuckLine([]))).toEqual({ kind: 'stuck', holders: [] });
  });

  it('is one line, whatever the error says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (message) => {
        const line = failedLine(new KlorosError({ code: 'X', message }));
        expect(line).not.toContain('\n');
        expect(parseReport(line)).toMatchObject({ kind: 'failed', error: { message } });
      }),
    );
  });

  it('is read as nothing where it is torn or foreign', () => {
    expect(parseReport(READY_LINE)).toEqual({ kind: 'ready' });
    expect(['', 'read', 'ready ', 'failed', 'failed {"code":"X', 'failed []'].map(parseReport)).toEqual(
      Array<undefined>(6).fill(undefined),
    );
  });
});
