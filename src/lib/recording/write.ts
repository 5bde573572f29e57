import { createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { z } from 'zod';
import { isoTimestamp } from '../base/clock.js';
import { errorCode, KlorosError } from '../base/errors.js';
import { own, setOwn } from '../base/own.js';
import type { Recorded } from '../bus/bus.js';
import { catalogue } from '../signals/catalogue.js';
import { keepFrame, signalText } from '../signals/kept-frame.js';
import { RECORDING_VERSION, type Footer, type Header } from './format.js';

/** What is known of a recording before it begins. */
export type Opening = Omit<Header, 'type' | 'kloros_recording'>;

/** How a recording is written. */
export interface WriteOptions {
  /** An older file of this name goes. */
  overwrite: boolean;
  /** Bytes of lines, uncompressed; what comes beyond is counted and not written. */
  maxBytes: number;
}

/** A recording that is being written; without end() it is torn, and read as far as it goes. */
export class RecordingWriter {
  readonly path: string;
  readonly #out: Writable;
  readonly #file: Writable;
  readonly #closed: Promise<unknown>;
  readonly #maxBytes: number;
  readonly #footer: Omit<Footer, 'type' | 'ended'> = {
    ...{ signals: 0, by_signal: {}, first_at: null, last_at: null },
    lost: { positions: 0, too_many: 0 },
  };
  #bytes = 0;
  #lastSeq: number | undefined;

  private constructor(path: string, { out, file }: { out: Writable; file: Writable }, maxBytes: number) {
    this.path = path;
    this.#out = out;
    this.#file = file;
    this.#closed = finished(file);
    this.#maxBytes = maxBytes;
  }

  /** Begins a file with its header. Throws KlorosError RECORDING_EXISTS. */
  static async open(path: string, opening: Opening, { overwrite, maxBytes }: WriteOptions): Promise<RecordingWriter> {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(path, overwrite ? 'w' : 'wx').catch((error: unknown) => {
      throw errorCode(error) === 'EEXIST' ? exists(path) : error;
    });
    const file = createWriteStream(path, { fd: handle, flush: true });
    // Each line can be read as soon as it is written, so that a file that is torn has all but the last.
    const gzip = path.endsWith('.gz') ? createGzip({ flush: constants.Z_SYNC_FLUSH }) : undefined;
    gzip?.pipe(file);
    const writer = new RecordingWriter(path, { out: gzip ?? file, file }, maxBytes);
    writer.#closed.catch(() => undefined); // A failure is told to who writes next, or ends.
    await writer.#line({ type: 'header', kloros_recording: RECORDING_VERSION, ...opening });
    return writer;
  }

  /** Signals that are in the file. */
  get signals(): number {
    return this.#footer.signals;
  }

  /** Whether nothing more goes in. */
  get isFull(): boolean {
    return this.#footer.lost.too_many > 0;
  }

  /** A position that was read: what lies between it and the last is lost, whether or not it was wanted. */
  passed(seq: number): void {
    if (this.#lastSeq !== undefined) this.#footer.lost.positions += Math.max(0, seq - this.#lastSeq - 1);
    this.#lastSeq = seq;
  }

  async add({ seq, signal, frame, receivedAtMs }: Recorded): Promise<void> {
    const footer = this.#footer;
    const at = isoTimestamp(receivedAtMs);
    const text = `{"type":"signal","seq":${seq},"received_at":"${at}","signal":${signalText(keepFrame(signal, frame))}}`;
    const isNew = own(footer.by_signal, signal.signal) === undefined;
    const lines = isNew ? [JSON.stringify(schemaOf(signal.signal)), text] : [text];
    const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    if (this.isFull || this.#bytes + bytes > this.#maxBytes) return void (footer.lost.too_many += 1);
    for (const line of lines) await this.#text(line);
    footer.signals += 1;
    setOwn(footer.by_signal, signal.signal, (own(footer.by_signal, signal.signal) ?? 0) + 1);
    footer.first_at ??= at;
    footer.last_at = at;
  }

  /** Lets the file go as it is, torn; who records again and again would else hold one descriptor more each time. */
  async discard(): Promise<void> {
    this.#out.destroy();
    this.#file.destroy();
    await this.#closed.catch(() => undefined);
  }

  /** Ends the file whole. */
  async end(ended: Footer['ended']): Promise<Footer> {
    const footer: Footer = { type: 'footer', ...this.#footer, ended: this.isFull ? 'full' : ended };
    await this.#line(footer);
    this.#out.end();
    await this.#closed;
    return footer;
  }

  #line(value: object): Promise<void> {
    return this.#text(JSON.stringify(value));
  }

  async #text(text: string): Promise<void> {
    const line = Buffer.from(`${text}\n`);
    this.#bytes += line.length;
    if (!this.#out.write(line)) await Promise.race([once(this.#out, 'drain'), this.#closed]);
  }
}

function schemaOf(name: string): object {
  const known = catalogue.get(name);
  const facts = known === undefined ? null : z.toJSONSchema(known.facts, { unrepresentable: 'any' });
  return { type: 'schema', signal: name, meaning: known?.meaning ?? null, facts };
}

function exists(path: string): KlorosError {
  return new KlorosError({
    code: 'RECORDING_EXISTS',
    message: `There is a file ${path}`,
    why: 'a recording begins a file of its own',
    next: ['choose another name, or add --force to replace it'],
  });
}
