import { checkTopology, type TopologyFinding } from '../operator/topology/check.js';
import { topologyThrough } from '../operator/topology/look.js';
import type { Observer } from '../bus/observer.js';
import type { DoctorView } from './finding.js';

const DAY_MS = 86_400_000;

/** What `kloros topology check` finds too, of these codes: as it is declared, and in the journal of the last day where it is given. */
export async function topologyFindings(
  { config, members, clock }: Pick<DoctorView, 'config' | 'members' | 'clock'>,
  codes: readonly string[],
  journal?: Observer,
): Promise<TopologyFinding[]> {
  const daemons = members.map(({ isHub, ...member }) => ({ ...member, ...(isHub ? { role: 'hub' as const } : {}) }));
  const nowMs = clock.nowMs();
  const query = { config, daemons, sinceMs: nowMs - DAY_MS, nowMs };
  const topology = await topologyThrough(journal, query, new AbortController().signal);
  return checkTopology(topology).filter(({ code }) => codes.includes(code));
}
