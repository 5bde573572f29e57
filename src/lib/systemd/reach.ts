/** How far a colony's daemons may connect: to this machine alone, or wherever its settings lead. */
export type Reach = 'localhost' | 'anywhere';

const LOCAL = /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?)$/;
const ENDPOINT = /^[a-z][a-z+]*:\/\/([^/:]+|\[[^\]]+\])(?=[/:]|$)/i;

/** Anywhere, as soon as one setting is an endpoint on another machine: the wire, a model, an embedding server. */
export function reachOf(config: { host: string }): Reach {
  return [...hostsIn(config), config.host].every((host) => LOCAL.test(host)) ? 'localhost' : 'anywhere';
}

function hostsIn(value: unknown): string[] {
  if (typeof value === 'string') return ENDPOINT.exec(value)?.slice(1, 2) ?? [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(hostsIn) : [];
}
