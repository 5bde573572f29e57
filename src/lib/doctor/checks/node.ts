import type { DoctorCheck, GroundView } from '../finding.js';

const OLDEST = '20.19.0';

/** The Node that runs this. */
export const node: DoctorCheck<GroundView> = {
  name: 'node',
  asks: 'whether this Node is new enough',
  codes: ['NODE_TOO_OLD'],
  look: async ({ nodeVersion }) =>
    isOlder(nodeVersion, OLDEST)
      ? [
          {
            code: 'NODE_TOO_OLD',
            level: 'problem',
            what: `Node ${nodeVersion} runs this, and ${OLDEST} is the oldest that may`,
            why: 'what kloros stands on needs what came with it',
            next: [`install Node ${OLDEST} or newer, then npm ci`],
          },
        ]
      : [],
};

/** Whether a version comes before another; both of numbers and dots. */
export function isOlder(version: string, than: string): boolean {
  const [have, need] = [version, than].map((text) => text.split('.').map(Number));
  const at = (need ?? []).findIndex((number, index) => (have?.[index] ?? 0) !== number);
  return at >= 0 && (have?.[at] ?? 0) < (need?.[at] ?? 0);
}
