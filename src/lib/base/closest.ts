/** Share of a name's letters that may differ for it to be meant. */
const MOST_DIFFERENT = 0.4;

/** The candidate that was most probably meant, or undefined when none is near. Case, `_` and `-` do not count. */
export function closest(name: string, candidates: readonly string[]): string | undefined {
  const wanted = fold(name);
  if (wanted === '') return undefined;
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = distanceTo(wanted, fold(candidate));
    if (best === undefined || distance < best.distance) best = { candidate, distance };
  }
  return best !== undefined && best.distance <= MOST_DIFFERENT ? best.candidate : undefined;
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_.:-]+/g, '-');
}

/** Edits as a share of the longer name; a part of a name counts as near. */
function distanceTo(wanted: string, candidate: string): number {
  const edits = editDistance(wanted, candidate) / Math.max(wanted.length, candidate.length, 1);
  const isPart = wanted.length > 2 && candidate.includes(wanted);
  return isPart ? Math.min(edits, MOST_DIFFERENT) : edits;
}

/** Insertions, deletions, replacements and swaps of neighbours that make one text the other. */
export function editDistance(left: string, right: string): number {
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= right.length; column += 1) {
      const replaced = at(row - 1, column - 1) + (left[row - 1] === right[column - 1] ? 0 : 1);
      const swap = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const swapped = swap ? at(row - 2, column - 2) + 1 : Infinity;
      current[column] = Math.min(at(row - 1, column) + 1, at(row, column - 1) + 1, replaced, swapped);
    }
  }
  return at(left.length, right.length);
}
