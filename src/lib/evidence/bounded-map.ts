/** A cache that holds at most `limit` values and forgets first what was not used for long. */
export interface BoundedMap<V> {
  /** The kept value, or what `make` gives, which is then kept. */
  get(key: string, make: () => V): V;
  peek(key: string): V | undefined;
  set(key: string, value: V): void;
}

/**
 * Makes an empty cache of two generations: what is used moves to the young one, and when that is full the old one goes.
 * Unlike moving every used key to the end of one map, a hit costs one lookup and leaves no holes behind.
 */
export function boundedMap<V>(limit: number): BoundedMap<V> {
  let young = new Map<string, V>();
  let old = new Map<string, V>();
  const set = (key: string, value: V) => {
    if (young.size >= limit / 2) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
  };
  const peek = (key: string) => {
    const value = young.get(key);
    if (value !== undefined) return value;
    const older = old.get(key);
    if (older !== undefined) set(key, older);
    return older;
  };
  return {
    set,
    peek,
    get(key, make) {
      const known = peek(key);
      if (known !== undefined) return known;
      const made = make();
      set(key, made);
      return made;
    },
  };
}
