import { errorCode } from '../../base/errors.js';
import type { CheckResult } from '../../health/check.js';
import { journal as healthOfJournal } from '../../health/checks/journal.js';
import { wal } from '../../health/checks/wal.js';
import type { DoctorCheck, DoctorFinding, DoctorView } from '../finding.js';

/** The journal as a file: what health says of it, for who asks the doctor. */
export const journal: DoctorCheck = {
  name: 'journal',
  asks: 'whether the journal is damaged, or its write-ahead log is held',
  codes: ['JOURNAL_DAMAGED', 'JOURNAL_LOG_HELD'],
  look: async (view) => {
    const observer = observerOf(view);
    if (observer === undefined) return [];
    const found = await healthOfJournal.run({ config: view.config, observer });
    return found.status === 'OK' ? held(await wal.run({ config: view.config, observer })) : [damaged(found)];
  },
};

function damaged({ why, next }: CheckResult): DoctorFinding {
  return { code: 'JOURNAL_DAMAGED', level: 'problem', what: 'The journal is damaged', why, next };
}

function held({ status, why, next }: CheckResult): DoctorFinding[] {
  const what = 'The write-ahead log of the journal grows';
  return status === 'OK' ? [] : [{ code: 'JOURNAL_LOG_HELD', level: 'warning', what, why, next }];
}

/** Undefined where nothing has ever run; one that cannot be opened is a finding of its own. */
function observerOf({ journal: open }: DoctorView) {
  try {
    const observer = open();
    return observer && (() => observer);
  } catch (error) {
    if (errorCode(error) !== 'JOURNAL_DAMAGED') throw error;
    return () => {
      throw error;
    };
  }
}
