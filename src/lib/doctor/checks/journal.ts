import { errorCode } from '../../base/errors.js';
import { journal as healthOfJournal } from '../../health/checks/journal.js';
import type { DoctorCheck, DoctorFinding, DoctorView } from '../finding.js';

/** The journal as a file: what health says of it, for who asks the doctor. */
export const journal: DoctorCheck = {
  name: 'journal',
  asks: 'whether the journal is damaged, or its write-ahead log is held',
  codes: ['JOURNAL_DAMAGED', 'JOURNAL_LOG_HELD'],
  look: async (view) => {
    const observer = observerOf(view);
    if (observer === undefined) return [];
    const { status, why, next } = await healthOfJournal.run({ config: view.config, observer });
    if (status === 'OK') return [];
    const isDamaged = status === 'CRITICAL';
    return [
      {
        code: isDamaged ? 'JOURNAL_DAMAGED' : 'JOURNAL_LOG_HELD',
        level: isDamaged ? 'problem' : 'warning',
        what: isDamaged ? 'The journal is damaged' : 'The write-ahead log of the journal grows',
        why,
        next,
      } satisfies DoctorFinding,
    ];
  },
};

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
