import { globMatches } from '../base/glob.js';

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
