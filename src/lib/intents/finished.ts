/** What became of a file that had to leave the folder; `rewritten`: there is a newer version, under this name. */
export type Finished = { kind: 'finished' } | { kind: 'rewritten'; name: string };
