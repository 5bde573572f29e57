import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { Dealer, XPublisher } from 'zeromq';
import type { Bus } from '../../src/lib/bus/bus.js';
import type { Entrance } from '../../src/lib/signals/origin.js';
import { until } from './colony.js';
import { keyOf } from './hostile.js';

const LIMIT_MS = 120_000;
/** Fewer than the hub holds answers for. */
const ASKED_AT_ONCE = 500;

/** What became of a message at its door. */
export interface Account {
  /** In the journal; its id and by which door it came. */
  id?: string;
  from?: Entrance;
  /** Refused with this code, or a dead letter of the door. */
  refused?: string;
}

/** Reads the journal and the dead letters on and on, and knows what became of each message. */
export class Accounts {
  readonly #bus: Bus;
  readonly #byKey = new Map<string, Account[]>();
  readonly #byIntent = new Map<string, Account[]>();
  #seq = 0;
  #number = 0;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** Every account of a message; more than one where it was taken twice. */
  of(frames: readonly Buffer[]): Account[] {
    return this.#byKey.get(keyOf(frames)) ?? this.#byKey.get(digestOf(frames)) ?? [];
  }

  /** Of an intent file. */
  ofIntent(name: string): Account[] {
    return this.#byIntent.get(name) ?? [];
  }

  async readOn(): Promise<void> {
    for (let isMore = true; isMore;) {
      const page = await this.#bus.browse({ afterSeq: this.#seq });
      for (const { seq, signal, frame, from } of page) {
        this.#seq = seq;
        this.#add(this.#byKey, keyOf([Buffer.from(signal.signal), frame]), { id: signal.id, from });
        const { cause_id: cause } = signal;
        if (cause?.startsWith('intent:') && from.origin !== 'peer:anonymous')
          this.#add(this.#byIntent, cause.slice('intent:'.length), { id: signal.id, from });
      }
      isMore = page.length > 0;
    }
    for (let isMore = true; isMore;) {
      const page = await this.#bus.deadLetters(this.#number);
      for (const { number, error, content, intentFile } of page) {
        this.#number = number;
        const refused = { refused: error.split(':')[0]! };
        if (intentFile !== undefined) this.#add(this.#byIntent, basename(intentFile), refused);
        else if (content !== undefined) this.#add(this.#byKey, contentKey(content), refused);
      }
      isMore = page.length > 0;
    }
  }

  /** Resolves with the account of each when all have one; fails with one that has none. */
  async all<T>(things: readonly T[], accountOf: (thing: T) => Account[]): Promise<Account[]> {
    const missing = () => things.filter((thing) => accountOf(thing).length === 0);
    await until(
      'each is accounted for',
      async () => {
        await this.readOn();
        return missing().length === 0;
      },
      LIMIT_MS,
    ).catch((error: unknown) => {
      const [first] = missing();
      throw new Error(
        `${missing().length} of ${things.length} are missing, such as ${JSON.stringify(first).slice(0, 2_000)}`,
        { cause: error },
      );
    });
    return things.flatMap(accountOf);
  }

  #add(map: Map<string, Account[]>, key: string, account: Account): void {
    map.set(key, [...(map.get(key) ?? []), account]);
  }
}

/**
 * Publishes at a door that does not answer. It stays until `taken` resolves: who leaves at once takes along what still
 * waits in the kernel.
 */
export async function publish(
  messages: readonly Buffer[][],
  at: { connect: string } | { bind: string },
  taken: () => Promise<void>,
): Promise<void> {
  const socket = new XPublisher({ linger: 0, sendHighWaterMark: 0 });
  if ('bind' in at) await socket.bind(at.bind);
  else socket.connect(at.connect);
  await socket.receive(); // The hub's subscription.
  for (const frames of messages) await socket.send(frames);
  await taken();
  if ('bind' in at) await socket.unbind(at.bind);
  socket.close();
}

/** What the door answers to each. */
export interface Answered {
  frames: Buffer[];
  status: 'accepted' | 'refused';
  code?: string;
}

/** Asks for an answer to each. */
export async function ask(messages: readonly Buffer[][], endpoint: string): Promise<Answered[]> {
  const socket = new Dealer({ linger: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0, receiveTimeout: LIMIT_MS });
  socket.connect(endpoint);
  const answers: Answered[] = [];
  for (let from = 0; from < messages.length; from += ASKED_AT_ONCE) {
    const asked = messages.slice(from, from + ASKED_AT_ONCE);
    for (const [n, frames] of asked.entries()) await socket.send([String(n), '', ...frames]);
    for (let count = 0; count < asked.length; count += 1) {
      const [number, , answer] = await socket.receive();
      const { status, code } = JSON.parse(String(answer)) as Answered;
      answers.push({ frames: asked[Number(number)]!, status, ...(code === undefined ? {} : { code }) });
    }
  }
  socket.close();
  return answers;
}

/** As a dead letter of the hub holds a message: whole, or of a large one what it was. */
function contentKey(content: string): string {
  const { frames_base64: frames = [], sha256 = '' } = JSON.parse(content) as {
    frames_base64?: string[];
    sha256?: string;
  };
  return sha256 || frames.join(' ');
}

function digestOf(frames: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const frame of frames) hash.update(`${frame.length} `).update(frame);
  return hash.digest('hex');
}
