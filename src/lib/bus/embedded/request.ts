/** What a peer sent that waits for an answer. */
export interface Request {
  /** Frames that lead the answer back to it. */
  route: Buffer[];
  /** What it said: name and JSON, where it is as it should be. */
  content: Buffer[];
  bytes: number;
}

/**
 * Takes apart what a ROUTER hears. First stands the peer; a REQ puts an empty frame before what it says, and one that
 * numbers its requests, or a proxy between, further frames before that. A plain DEALER puts nothing. An empty frame at
 * the end is what somebody said.
 */
export function requestOf([peer, ...rest]: readonly Buffer[]): Request {
  const delimiter = rest.findIndex(({ length }) => length === 0);
  const from = delimiter === rest.length - 1 ? 0 : delimiter + 1;
  const content = rest.slice(from);
  return {
    route: [...(peer ? [peer] : []), ...rest.slice(0, from)],
    content,
    bytes: content.reduce((sum, { length }) => sum + length, 0),
  };
}
