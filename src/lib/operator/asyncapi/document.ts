import { ownEndpointOf } from '../../config/paths.js';
import { catalogue } from '../../signals/catalogue.js';
import { messageOf, payloadSchemas } from './messages.js';
import { operationsOf } from './operations.js';
import { reference, saidBy, type Sources } from './parts.js';
import { ASKERS, PUBLISHERS, serversOf, SUBSCRIBERS } from './servers.js';

/** An AsyncAPI document. */
export interface AsyncApiDocument {
  asyncapi: '3.0.0';
  [part: string]: unknown;
}

const DESCRIPTION = `Signals of a kloros colony, over ZeroMQ. A message has exactly two frames: the signal's name in UTF-8, and its envelope as
compact JSON in UTF-8. A subscription is a prefix match, so check the exact name after receipt. Other names pass through the same bus.`;

/** The signals of a colony as an AsyncAPI 3.0 document: the catalogue, and names that the configuration adds. */
export function asyncApiOf(sources: Sources, version: string): AsyncApiDocument {
  const names = namesIn(sources);
  return {
    asyncapi: '3.0.0',
    info: { title: 'kloros', version: version, description: DESCRIPTION, license: { name: 'MIT' } },
    defaultContentType: 'application/json',
    servers: serversOf(sources),
    channels: byName(names, (name) => channelOf(name, sources)),
    operations: operationsOf(sources),
    components: { messages: byName(names, messageOf), schemas: payloadSchemas(names) },
  };
}

function namesIn({ config, daemons }: Sources): string[] {
  const flow = daemons.flatMap((daemon) => [...saidBy(daemon, config), ...daemon.hears]);
  return [...new Set([...catalogue.keys(), ...flow])];
}

/** A daemon with a port of its own says its signals there too. */
function channelOf(name: string, { config, daemons }: Sources): Record<string, unknown> {
  const own = daemons.filter(
    (daemon) => ownEndpointOf(config, daemon.portOffset) !== undefined && saidBy(daemon, config).includes(name),
  );
  const servers = [SUBSCRIBERS, PUBLISHERS, ASKERS, ...own.map((daemon) => daemon.name)];
  return {
    address: name,
    title: catalogue.get(name)?.meaning ?? name,
    servers: servers.map((server) => reference('servers', server)),
    messages: { [name]: reference('components/messages', name) },
    bindings: { 'x-zeromq': { topic: name, match: 'prefix' } },
  };
}

function byName<T>(names: readonly string[], make: (name: string) => T): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, make(name)]));
}
