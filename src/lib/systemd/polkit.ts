import { existsSync } from 'node:fs';

/** Where polkit reads the rules of this machine. */
const FOLDER = '/etc/polkit-1/rules.d';

/** The rule by which members of the colony's group start and stop its services. */
export const POLKIT_RULE_PATH = `${FOLDER}/50-kloros.rules`;

/** Words of systemd for what a member of the group may do; no unit is changed, enabled or masked by any of them. */
const VERBS = ['start', 'stop', 'restart', 'try-restart', 'reload', 'reload-or-restart', 'reset-failed'];

/** Whether polkit decides on this machine who may do what; where it does not, only root changes services. */
export function hasPolkit(): boolean {
  return existsSync(FOLDER);
}

/** The rule, in the only language that polkit's own interpreter reads. */
export function renderPolkitRule(group: string, units: readonly string[]): string {
  return `// Made by kloros, and made anew by each installation: members of the group ${group} start and stop the colony.
polkit.addRule(function (action, subject) {
  var units = ${JSON.stringify([...units].sort())};
  var verbs = ${JSON.stringify(VERBS)};
  var isMeant =
    action.id === 'org.freedesktop.systemd1.manage-units' &&
    units.indexOf(action.lookup('unit')) >= 0 &&
    verbs.indexOf(action.lookup('verb')) >= 0;
  return isMeant && subject.isInGroup(${JSON.stringify(group)}) ? polkit.Result.YES : polkit.Result.NOT_HANDLED;
});
`;
}
