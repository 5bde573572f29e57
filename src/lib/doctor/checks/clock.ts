import { runCommand } from '../../base/process-group.js';
import { formatDuration } from '../../base/formats.js';
import type { Recorded } from '../../bus/bus.js';
import type { DoctorCheck, DoctorView, DoctorFinding } from '../finding.js';

const NEWEST = 500;
/** Several daemons write, and none waits for the others. */
const ORDINARY_MS = 5_000;
const LIMIT_MS = 5_000;

/** The wall clock. */
export const clock: DoctorCheck = {
  name: 'clock',
  asks: 'whether the clock is synchronised, and has not jumped',
  codes: ['CLOCK_NOT_SYNCHRONISED', 'CLOCK_JUMPED_BACK'],
  look: async (view) => [...(await unsynchronised()), ...jumps(view)],
};

/** Says nothing where there is no timedatectl, or nobody who answers it: a container has its clock from elsewhere. */
async function unsynchronised(): Promise<DoctorFinding[]> {
  const { stdout } = await runCommand('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'], {
    timeoutMs: LIMIT_MS,
  }).catch(() => ({ stdout: '' }));
  return stdout.trim() === 'no' ? [notSynchronised()] : [];
}

function notSynchronised(): DoctorFinding {
  return {
    code: 'CLOCK_NOT_SYNCHRONISED',
    level: 'warning',
    what: 'The clock of this machine is not synchronised',
    why: 'ages, time limits and the ids of signals go by it',
    next: ['timedatectl set-ntp true', 'timedatectl status'],
  };
}

/** What the colony itself wrote one after the other; peers may have any clock. */
function jumps({ journal, members }: DoctorView): DoctorFinding[] {
  const observer = journal();
  if (observer === undefined) return [];
  const own = new Set(members.map(({ name }) => name));
  const rows = observer
    .page({ afterSeq: Math.max(0, observer.newest() - NEWEST), limit: NEWEST })
    .filter(({ signal }) => own.has(signal.source));
  const worst = largestFall(rows);
  if (worst === undefined || worst.ms <= ORDINARY_MS) return [];
  return [
    {
      code: 'CLOCK_JUMPED_BACK',
      level: 'warning',
      what: `The clock was set back by ${formatDuration(worst.ms)} before ${worst.id} was said`,
      why: 'times in the journal do not follow each other there; nothing is lost by it',
      next: ['timedatectl status', 'journalctl -u systemd-timesyncd -n 20'],
    },
  ];
}

function largestFall(rows: readonly Recorded[]): { ms: number; id: string } | undefined {
  const falls = rows.slice(1).map(({ signal, receivedAtMs }, index) => {
    return { ms: (rows[index]?.receivedAtMs ?? 0) - receivedAtMs, id: signal.id };
  });
  return falls.reduce<(typeof falls)[number] | undefined>(
    (worst, one) => (one.ms > (worst?.ms ?? 0) ? one : worst),
    undefined,
  );
}
