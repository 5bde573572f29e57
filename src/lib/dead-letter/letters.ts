import { letterOf, type Letter } from './letter.js';

const MOST_ROWS = 500;
const MOST_BYTES = 4 << 20;

/** The letter for longer than until the next is read, without the part of the file that its line lies in. */
export function kept(letter: Letter): Letter {
  return { ...letter, line: Buffer.from(letter.line) };
}

/** Letters of lines, each with an id of its own. */
export function lettersOf(lines: readonly Buffer[]): Letter[] {
  const tellApart = tellerApart();
  return lines.map((line) => tellApart(letterOf(line)));
}

/** Gives each letter of one file an id of its own: equal foreign lines are told apart by a count. */
export function tellerApart(): (letter: Letter) => Letter {
  const seen = new Seen();
  const counts = new Map<number, number>();
  return (letter) => {
    const number = letter.number ?? -1 - parseInt(letter.id.slice(1), 16);
    if (seen.isNew(number)) return letter;
    const count = (counts.get(number) ?? 1) + 1;
    counts.set(number, count);
    return { ...letter, id: `${letter.id}-${count}` };
  };
}

const BITS = 32;

/** One bit for each row of the file, however many there are: the journal counts them up without gaps. */
class Seen {
  readonly #bits = new Map<number, number>();

  isNew(number: number): boolean {
    const place = Math.floor(number / BITS);
    const [before, bit] = [this.#bits.get(place) ?? 0, 1 << (number - place * BITS)];
    this.#bits.set(place, before | bit);
    return (before & bit) === 0;
  }
}

/** Letters in pages that are bounded in rows and bytes, for what is asked of many at once. */
export async function* pagesOf(letters: AsyncIterable<Letter>): AsyncGenerator<Letter[]> {
  let page: Letter[] = [];
  let bytes = 0;
  for await (const letter of letters) {
    page.push(kept(letter));
    bytes += letter.line.length;
    if (page.length < MOST_ROWS && bytes < MOST_BYTES) continue;
    yield page;
    [page, bytes] = [[], 0];
  }
  if (page.length > 0) yield page;
}
