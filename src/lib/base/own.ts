/**
 * What an object itself has under a key that may be any text. An ordinary object answers `constructor` with a function
 * of its prototype, and takes `__proto__` for an order.
 */
export function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  if (record === undefined) return undefined;
  return Object.getOwnPropertyDescriptor(record, key)?.value as T | undefined;
}

/** Sets what an object itself has under a key that may be any text, `__proto__` too. */
export function setOwn<T>(record: Record<string, T>, key: string, value: NoInfer<T>): void {
  Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true });
}
