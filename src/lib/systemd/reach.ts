/** How far a colony's daemons may connect: to this machine alone, or wherever its settings lead. */
export type Reach = 'localhost' | 'anywhere';

const LOCAL = /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?)$/;
const ENDPOINT = /^[a-z][a-z+]*:\/\/(\[[^\]]+\]|[^/:]+)(?=[/:]|$)/i;

/** The wire, which all daemons are at. */
interface Wire {
  host: string;
  hub: Readonly<Record<string, string | undefined>>;
}

/** Anywhere, as soon as the wire or one of the daemon's own endpoints is on another machine. */
export function reachOf({ host, hub }: Wire, endpoints: readonly string[]): Reach {
  const wire = Object.values(hub).filter((endpoint) => endpoint !== undefined);
  return [host, ...[...wire, ...endpoints].map(hostOf)].every((name) => LOCAL.test(name)) ? 'localhost' : 'anywhere';
}

function hostOf(endpoint: string): string {
  return ENDPOINT.exec(endpoint)?.[1] ?? endpoint;
}
