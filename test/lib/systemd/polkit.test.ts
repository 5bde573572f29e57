import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { renderPolkitRule } from '../../../src/lib/systemd/polkit.js';

const UNITS = ['kloros.target', 'kloros-intent-router.service'];
const MANAGE = 'org.freedesktop.systemd1.manage-units';

interface Asked {
  id?: string;
  unit?: string;
  verb?: string;
  groups?: string[];
}

/** What polkit would answer, by the rule as it is written. */
function answer({ id = MANAGE, unit = 'kloros.target', verb = 'restart', groups = ['kloros'] }: Asked): unknown {
  type Rule = (action: object, subject: object) => unknown;
  let rule: Rule = () => undefined;
  const polkit = { addRule: (given: Rule) => (rule = given), Result: { YES: 'yes', NOT_HANDLED: 'not handled' } };
  runInNewContext(renderPolkitRule('kloros', UNITS), { polkit });
  const details: Record<string, string> = { unit, verb };
  const subject = { isInGroup: (name: string) => groups.includes(name) };
  return rule({ id, lookup: (name: string) => details[name] }, subject);
}

describe('the rule for polkit', () => {
  it('lets members of the group start, stop and restart the units of the colony', () => {
    for (const unit of UNITS)
      for (const verb of ['start', 'stop', 'restart']) expect(answer({ unit, verb })).toBe('yes');
  });

  it.each<Asked>([
    { groups: ['users'] },
    { unit: 'ssh.service' },
    { unit: 'kloros-other.service' },
    { verb: 'set-property' },
    { verb: 'kill' },
    { id: 'org.freedesktop.systemd1.manage-unit-files' },
  ])('says nothing about %j', (asked) => {
    expect(answer(asked)).toBe('not handled');
  });
});
