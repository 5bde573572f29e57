import { createRequire } from 'node:module';
import type { RE2JS as Pattern } from 're2js';

const KEPT = 100;
const patterns = new Map<string, Pattern>();

/**
 * A regular expression whose time grows with the text and no faster, in the words of RE2: JavaScript's own may take
 * for ever over a short text. Throws an Error where it is none; a look-ahead and a back reference are none.
 */
export function linearPattern(source: string): Pattern {
  const known = patterns.get(source);
  if (known !== undefined) return known;
  const pattern = engine().compile(source);
  const [oldest] = patterns.keys();
  if (patterns.size >= KEPT && oldest !== undefined) patterns.delete(oldest);
  patterns.set(source, pattern);
  return pattern;
}

/** Loaded where a pattern is used: it takes as long as a quarter of the start of a command. */
function engine(): typeof Pattern {
  const loaded = createRequire(import.meta.url)('re2js') as typeof import('re2js');
  return loaded.RE2JS;
}
