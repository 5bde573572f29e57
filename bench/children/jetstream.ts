import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../test/helpers/colony.js';

const SUBJECT = 'bench.signals';
const INBOX = 'inbox';
const CRLF = '\r\n';

/** A nats-server with one stream on file storage, spoken to in the text protocol of NATS. */
export interface JetStream {
  version: string;
  /** Publishes and resolves with the server's acknowledgement. */
  publish(payload: Buffer): Promise<void>;
  end(): Promise<void>;
}

/** Version of the nats-server that is installed; undefined where there is none. */
export function natsVersion(): string | undefined {
  const { status, stdout } = spawnSync('nats-server', ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** Starts a server in a temporary folder and makes the stream. */
export async function startJetStream(version: string, port: number): Promise<JetStream> {
  const folder = mkdtempSync(join(tmpdir(), 'kloros-nats-'));
  const args = ['--jetstream', '--store_dir', folder, '--addr', '127.0.0.1', '--port', String(port)];
  const server = spawn('nats-server', args, { stdio: 'ignore' });
  const socket = await connected(port);
  const client = new Client(socket);
  socket.write(`CONNECT {"verbose":false,"pedantic":false}${CRLF}SUB ${INBOX}.* 1${CRLF}`);
  const stream = { name: 'BENCH', subjects: [SUBJECT], storage: 'file', retention: 'limits' };
  await client.request('$JS.API.STREAM.CREATE.BENCH', Buffer.from(JSON.stringify(stream)));
  return {
    version,
    publish: (payload) => client.request(SUBJECT, payload),
    end: async () => {
      socket.destroy();
      await ended(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Matches acknowledgements to what was published, by the subject that each is sent to. */
class Client {
  readonly #socket: Socket;
  readonly #waiting = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  #next = 0;
  #rest: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  request(subject: string, payload: Buffer): Promise<void> {
    const reply = `${INBOX}.${(this.#next += 1)}`;
    const head = Buffer.from(`PUB ${subject} ${reply} ${payload.length}${CRLF}`);
    return new Promise((resolve, reject) => {
      this.#waiting.set(reply, { resolve, reject });
      this.#socket.write(Buffer.concat([head, payload, Buffer.from(CRLF)]));
    });
  }

  #read(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let start = 0;
    for (let end = this.#rest.indexOf(CRLF); end !== -1; end = this.#rest.indexOf(CRLF, start)) {
      const next = this.#message(this.#rest.toString('latin1', start, end), end + CRLF.length);
      if (next === undefined) break;
      start = next;
    }
    this.#rest = this.#rest.subarray(start);
  }

  /** Where the next line starts; undefined when the message is not whole yet. */
  #message(line: string, bodyStart: number): number | undefined {
    if (line === 'PING') this.#socket.write(`PONG${CRLF}`);
    if (!line.startsWith('MSG ')) return bodyStart;
    const fields = line.split(' ');
    const end = bodyStart + Number(fields.at(-1));
    if (this.#rest.length < end + CRLF.length) return undefined;
    this.#answer(fields[1] ?? '', this.#rest.toString('utf8', bodyStart, end));
    return end + CRLF.length;
  }

  #answer(inbox: string, body: string): void {
    const waiting = this.#waiting.get(inbox);
    this.#waiting.delete(inbox);
    if (body.includes('"error"')) waiting?.reject(new Error(`JetStream refused: ${body}`));
    else waiting?.resolve();
  }
}

async function connected(port: number): Promise<Socket> {
  let socket: Socket | undefined;
  await until('nats-server listens', async () => {
    const attempt = createConnection({ host: '127.0.0.1', port, noDelay: true });
    const isOpen = await once(attempt, 'connect').then(
      () => true,
      () => false,
    );
    if (isOpen) socket = attempt;
    return isOpen;
  });
  if (socket === undefined) throw new Error('nats-server did not listen');
  return socket;
}

async function ended(server: ChildProcess): Promise<void> {
  const exit = once(server, 'exit');
  server.kill('SIGTERM');
  await exit;
}
