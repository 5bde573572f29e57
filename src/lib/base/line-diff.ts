/** A line of a comparison. */
export interface DiffLine {
  kind: 'same' | 'added' | 'removed';
  text: string;
}

/** Compares two texts line by line, by their longest common subsequence; for files of hundreds of lines. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const left = linesOf(before);
  const right = linesOf(after);
  const common = commonLengths(left, right);
  const diff: DiffLine[] = [];
  for (let row = 0, column = 0; row < left.length || column < right.length;) {
    const [old, fresh] = [left[row], right[column]];
    if (old !== undefined && old === fresh) {
      diff.push({ kind: 'same', text: old });
      row += 1;
      column += 1;
    } else if (
      old !== undefined &&
      (fresh === undefined || at(common, row + 1, column) >= at(common, row, column + 1))
    ) {
      diff.push({ kind: 'removed', text: old });
      row += 1;
    } else {
      diff.push({ kind: 'added', text: fresh ?? '' });
      column += 1;
    }
  }
  return diff;
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** For each pair of positions, how many lines the rests have in common. */
function commonLengths(left: readonly string[], right: readonly string[]): number[][] {
  const lengths = Array.from({ length: left.length + 1 }, () => Array<number>(right.length + 1).fill(0));
  for (let row = left.length - 1; row >= 0; row -= 1) {
    for (let column = right.length - 1; column >= 0; column -= 1) {
      const same = left[row] === right[column];
      const best = same
        ? at(lengths, row + 1, column + 1) + 1
        : Math.max(at(lengths, row + 1, column), at(lengths, row, column + 1));
      lengths[row]?.splice(column, 1, best);
    }
  }
  return lengths;
}

function at(lengths: readonly number[][], row: number, column: number): number {
  return lengths[row]?.[column] ?? 0;
}
