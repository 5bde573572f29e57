import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { after } from './timers.js';
import { errorCode } from './errors.js';
import { readLines } from './read-lines.js';
import { addressOf, NOBODY_THERE } from './socket-address.js';

/** A reply is a list of daemons at most. */
const MOST_REPLY_BYTES = 4 * 1024 * 1024;

/** Error code of a server that took a line and did not answer in time. */
export const NO_ANSWER = 'ETIMEDOUT';

/** Where so many wait to be accepted that there is no place for one more, it is tried again this soon. */
const QUEUE_FULL = 'EAGAIN';
const PAUSE_MS = 10;

/**
 * Says one line and answers the reply; undefined where nobody listens. Rejects with EACCES, with NO_ANSWER when the whole
 * took longer than `timeoutMs`, and when the connection ends without an answer.
 */
export async function askLine(path: string, line: string, timeoutMs: number): Promise<string | undefined> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await askOnce(path, line, endMs);
    } catch (error) {
      if (errorCode(error) !== QUEUE_FULL) throw error;
      if (performance.now() >= endMs) throw new NoAnswerError();
      await sleep(PAUSE_MS);
    }
  }
}

async function askOnce(path: string, line: string, endMs: number): Promise<string | undefined> {
  const address = addressOf(path);
  if (address === undefined) return undefined;
  const socket = createConnection(address.text);
  const late = after(endMs - performance.now(), () => socket.destroy(new NoAnswerError()));
  try {
    return await exchange(socket, line);
  } catch (error) {
    if (NOBODY_THERE.has(errorCode(error))) return undefined;
    throw error;
  } finally {
    late.clear();
    socket.destroy();
    address.release();
  }
}

function exchange(socket: Socket, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.on('error', reject); // Whatever comes after the first is of no interest, and must not end the process.
    socket.once('close', () => reject(new Error('the connection was closed without an answer')));
    readLines(socket, MOST_REPLY_BYTES, (reply, isWhole) => {
      if (isWhole) resolve(reply);
      else reject(new Error(`the answer is longer than ${MOST_REPLY_BYTES} bytes`));
    });
    socket.write(`${line}\n`);
  });
}

class NoAnswerError extends Error {
  readonly code = NO_ANSWER;
  override message = 'there was no answer in time';
}
