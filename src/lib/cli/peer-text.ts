import chalk from 'chalk';
import type { AddedPeer } from '../bus/change-peers.js';
import { peerEndpoints, type Peer } from '../bus/peers.js';
import { renderTable } from './table.js';

/** A peer with its name. */
export interface NamedPeer extends Peer {
  name: string;
}

/** Peers as a table. */
export function peersTable(rows: readonly NamedPeer[]): string {
  const columns = [
    { title: 'peer', cell: ({ name }: NamedPeer) => name },
    { title: 'may', cell: ({ level }: NamedPeer) => level },
    { title: 'names', cell: ({ names }: NamedPeer) => names.join(' ') || 'all', flexible: true },
    { title: 'rate', cell: ({ rate }: NamedPeer) => (rate === null ? null : `${rate}/s`) },
    { title: 'ports', cell: ({ host, port }: NamedPeer) => `${host}:${port}-${port + 2}` },
  ];
  return renderTable(rows, columns, { widthColumns: process.stdout.columns });
}

/** Everything about one peer but the secrets. */
export function peerPage(
  { name, level, names, rate, publicKey, addedAt, ...place }: NamedPeer,
  serverKey: string,
): string {
  const { publish, subscribe, request } = peerEndpoints(place);
  return [
    `${chalk.bold(name)}  may ${level}`,
    `Names       ${names.join(' ') || 'all'}`,
    `Rate        ${rate === null ? 'no limit' : `${rate} signals a second`}`,
    `Publishes   ${publish}   PUB`,
    `Subscribes  ${subscribe}   SUB`,
    `Asks        ${request}   REQ or DEALER`,
    `Its key     ${publicKey}`,
    `Server key  ${serverKey}`,
    `Added       ${addedAt}`,
  ].join('\n');
}

/** What the other side needs, in words. */
export function addedText(added: AddedPeer): string {
  const { name, peer, serverKey, secretKey } = added;
  return [
    peerPage({ ...peer, name }, serverKey),
    ...(secretKey === null ? [] : [`Secret key  ${chalk.yellow(secretKey)}   shown once, and kept nowhere here`]),
  ].join('\n');
}

/** What the other side needs, as a program that works. */
export function addedPython({ name, peer, serverKey, secretKey }: AddedPeer): string {
  const { subscribe, request } = peerEndpoints(peer);
  const literal = JSON.stringify;
  return `import json, zmq

def connected(kind, endpoint):
    socket = zmq.Context.instance().socket(kind)
    socket.curve_serverkey = ${literal(serverKey)}.encode()
    socket.curve_publickey = ${literal(peer.publicKey)}.encode()
    socket.curve_secretkey = ${literal(secretKey ?? 'THE SECRET KEY OF THIS PEER')}.encode()
    socket.linger = 0
    socket.connect(endpoint)
    return socket

ask = connected(zmq.REQ, ${literal(request)})
ask.send_multipart([b"OBSERVATION", json.dumps({"source": ${literal(name)}, "facts": {"text": "hello"}}).encode()])
print(ask.recv_string() if ask.poll(5000) else "no answer: is the hub running, and are the keys right?")

listen = connected(zmq.SUB, ${literal(subscribe)})
listen.subscribe(b"")
# name, envelope = listen.recv_multipart()`;
}
