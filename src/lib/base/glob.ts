/**
 * Whether a name matches a glob of `*` and `?` whole. Only the last star ever takes more, so the time is at most the product
 * of the lengths; a RegExp may take for ever.
 */
export function globMatches(glob: string, name: string): boolean {
  let [at, star, taken] = [0, -1, 0];
  for (let index = 0; index < name.length;) {
    if (glob[at] === '*') {
      [star, taken] = [at, index];
      at += 1;
    } else if (glob[at] === '?' || glob[at] === name[index]) {
      at += 1;
      index += 1;
    } else if (star === -1) {
      return false;
    } else {
      taken += 1;
      [at, index] = [star + 1, taken];
    }
  }
  return /^\**$/.test(glob.slice(at));
}
