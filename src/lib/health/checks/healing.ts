import { formatAge } from '../../base/formats.js';
import { Memory } from '../../healing/memory.js';
import { HEALER } from '../../healing/rules-file.js';
import { result, type HealthCheck, type HealthView } from '../check.js';

/** A rule and what it is set aside for. */
interface SetAside {
  rule: string;
  subject: string;
  sinceMs: number;
  reason: string;
}

/** A rule that did not help, or could not be judged, waits for somebody. */
export const healing: HealthCheck = {
  name: 'healing',
  asks: 'whether a healing rule is set aside, because it did not help or could not be judged',
  run: async (view) => {
    const nowMs = view.clock.nowMs();
    const aside = await rulesSetAside(view);
    const texts = aside.map(
      ({ rule, subject, sinceMs, reason }) => `${rule} about ${subject} ${formatAge(sinceMs, nowMs)}: ${reason}`,
    );
    return result(aside.length > 0 ? 'WARNING' : 'OK', {
      why: texts.length > 0 ? `set aside: ${texts.join('; ')}` : 'no rule is set aside',
      figures: [{ name: 'set_aside', value: aside.length, unit: '' }],
      next: ['kloros healing list', 'an edited rule goes on at once'],
    });
  },
};

/** The rules are compiled only where one of them may be meant: that takes longer than all the rest. */
async function rulesSetAside({ config, clock, observer, members }: HealthView): Promise<SetAside[]> {
  const state = observer().state(HEALER);
  if (!new Memory(state).standsStill) return [];
  const { rulesFileOf } = await import('../../healing/open-healer.js');
  const { ruleStatuses } = await import('../../healing/status.js');
  const others = members.filter(({ name }) => name !== HEALER);
  const rules = await rulesFileOf(config, others, state).refresh();
  return ruleStatuses(rules, state, clock.nowMs()).flatMap(({ name, still }) =>
    still.map(({ subject, since, reason }) => ({ rule: name, subject, sinceMs: Date.parse(since), reason })),
  );
}
