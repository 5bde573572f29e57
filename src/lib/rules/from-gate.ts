import { isAccepted, type Entrance } from '../signals/origin.js';

/** Whether a rule acts on what came in so; what the colony sees by itself came in by no door. */
export function fromGate(
  { from }: { from: 'colony' | 'peers' },
  entrance: Entrance | undefined,
): { passed: boolean; detail: string } {
  if (entrance === undefined) return { passed: true, detail: 'the colony sees it by itself' };
  const { origin, authority } = entrance;
  if (isAccepted('act', entrance)) return { passed: true, detail: `it came from ${origin}` };
  if (from === 'peers') return { passed: true, detail: `it came from ${origin}, and the rule says from: peers` };
  return {
    passed: false,
    detail: `it came from ${origin}, who may only ${authority}: the rule does not say from: peers`,
  };
}
