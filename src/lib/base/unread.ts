import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';

/** What a reader left out since it is not what belongs there: a line of a file, or without an offset all of it. */
export interface Unread {
  path: string;
  /** Of the line's first byte. */
  offset?: number;
}

const unread = channel('kloros:unread');

/** Every reader of rows says here what it leaves out, so that no view hides it and none has to carry the count along. */
export function tellUnread(place: Unread): void {
  unread.publish(place);
}

/** Collects what readers of this process leave out; what is read twice counts once. */
export class UnreadPlaces {
  readonly #offsets = new Map<string, Set<number>>();
  readonly #onFirst: (path: string) => void;
  readonly #take = (message: unknown) => this.#add(message as Unread);

  /** `onFirst` is told each file once, as soon as anything of it was left out. */
  constructor(onFirst: (path: string) => void = () => undefined) {
    this.#onFirst = onFirst;
  }

  watch(): void {
    subscribe(unread.name, this.#take);
  }

  /** What was left out so far, a sentence for each file. */
  sentences(): string[] {
    return [...this.#offsets].map(([path, { size }]) => {
      if (size === 0) return `${path} cannot be read and is left out`;
      return size === 1
        ? `1 line of ${path} cannot be read and is left out`
        : `${size} lines of ${path} cannot be read and are left out`;
    });
  }

  dispose(): void {
    unsubscribe(unread.name, this.#take);
  }

  #add({ path, offset }: Unread): void {
    const known = this.#offsets.get(path);
    const offsets = known ?? new Set();
    this.#offsets.set(path, offset === undefined ? offsets : offsets.add(offset));
    if (known === undefined) this.#onFirst(path);
  }
}
