import { endpointsOf, ownEndpointOf } from '../../config/paths.js';
import type { Sources } from './parts.js';

/** Where everything is heard. */
export const SUBSCRIBERS = 'subscribers';

/** Where peers say something. */
export const PUBLISHERS = 'publishers';

/** Where peers say something and are answered. */
export const ASKERS = 'askers';

/** The sockets of a colony: the hub's three, and those of daemons that have their own. */
export function serversOf({ config, daemons }: Sources) {
  const endpoints = endpointsOf(config);
  const ports = daemons.flatMap(({ name, portOffset, purpose }) => {
    const endpoint = ownEndpointOf(config, portOffset);
    if (endpoint === undefined) return [];
    return [[name, server(endpoint, 'XPUB', `${name} alone: ${purpose}`)] as const];
  });
  return {
    [SUBSCRIBERS]: server(endpoints.xpub, 'XPUB', 'Connect a SUB socket: every signal, in the order of the journal'),
    [PUBLISHERS]: server(
      endpoints.xsub,
      'XSUB',
      'Connect a PUB socket, and wait for a subscription before the first message',
    ),
    [ASKERS]: server(
      endpoints.router,
      'ROUTER',
      'Connect a REQ or DEALER socket: each message is answered when the journal has it',
    ),
    ...Object.fromEntries(ports),
  };
}

function server(endpoint: string, socket: 'XPUB' | 'XSUB' | 'ROUTER', description: string) {
  const bindings = { 'x-zeromq': { endpoint, socket, frames: 2 } };
  return { host: endpoint.replace(/^\w+:\/\//, ''), protocol: 'zmq', description, bindings };
}
