/** Something that may be typed, and what it is. */
export interface Candidate {
  value: string;
  text?: string;
}

/** Those that begin with what was typed; names of daemons and signals also without what all of them begin with. */
export function beginningWith(candidates: readonly Candidate[], word: string): Candidate[] {
  const plain = plainly(word);
  return candidates.filter(
    ({ value }) => value.startsWith(word) || (word !== '' && plain !== '' && plainly(value).startsWith(plain)),
  );
}

function plainly(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('-', '_')
    .replace(/^(?:kloros_|q_)/, '');
}
