/** A daemon's name as people may write it, without what every one may have: `kloros-policy-engine` is `policy_engine`. */
export function shortName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll('-', '_')
    .replace(/^kloros_/, '')
    .replace(/_daemon$/, '');
}
