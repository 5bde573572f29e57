/** Which signals an operator wants by name. */
export interface NamePattern {
  matches(name: string): boolean;
  /** The exact names, where there is no wildcard among them; undefined: any name may match. */
  exact: readonly string[] | undefined;
}

const WILDCARD = /[*?]/;

/**
 * Names and globs (`Q_*`, `AFFECT_?`); none at all matches everything.
 * A name matches whole: CAPABILITY_GAP does not hear CAPABILITY_GAP_FOUND, whose prefix it is.
 */
export function namePattern(patterns: readonly string[]): NamePattern {
  if (patterns.length === 0) return { matches: () => true, exact: undefined };
  const hasWildcard = patterns.some((pattern) => WILDCARD.test(pattern));
  return {
    matches: (name) => patterns.some((pattern) => globMatches(pattern, name)),
    exact: hasWildcard ? undefined : patterns,
  };
}

/** Only the last star ever takes more, so the time is at most the product of the lengths; a RegExp may take for ever. */
function globMatches(glob: string, name: string): boolean {
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
