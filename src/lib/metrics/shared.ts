/** Who asks while an answer is being made gets the same one: many scrapers load the journal no more than one does. */
export function shared<T>(make: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => (running ??= make().finally(() => (running = undefined)));
}
