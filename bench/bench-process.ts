import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A process of a benchmark, which answers over IPC. */
export interface BenchProcess {
  /** Sends a request and resolves with the answer of that kind. */
  ask<T>(kind: string, value?: unknown): Promise<T>;
  pid: number;
  end(): Promise<void>;
}

const END_MS = 3_000;

interface Message {
  kind: string;
  value?: unknown;
}

/** Starts bench/<file> in a process of its own and waits until it is ready. */
export async function startProcess(file: string, args: readonly string[]): Promise<BenchProcess> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: ['--import', 'tsx'] });
  await answerOf(child, 'ready');
  return {
    pid: child.pid ?? 0,
    ask: async <T>(kind: string, value?: unknown) => {
      const answer = answerOf(child, kind);
      child.send({ kind, value });
      return (await answer) as T;
    },
    end: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      // zeromq's own proxy blocks the end of its process.
      const forced = setTimeout(() => child.kill('SIGKILL'), END_MS);
      await ended;
      clearTimeout(forced);
    },
  };
}

function answerOf(child: ChildProcess, kind: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const hear = (message: Message) => {
      if (message.kind !== kind) return;
      child.off('message', hear);
      child.off('exit', gone);
      resolve(message.value);
    };
    const gone = (code: number | null) =>
      reject(new Error(`the process ended with ${code} before it answered ${kind}`));
    child.on('message', hear);
    child.once('exit', gone);
  });
}

/** In the child: says that it is ready and answers requests. */
export function serve(answers: Record<string, (value: unknown) => unknown>): void {
  process.on('message', (message: Message) => {
    void Promise.resolve(answers[message.kind]?.(message.value)).then((value) =>
      process.send?.({ kind: message.kind, value }),
    );
  });
  process.send?.({ kind: 'ready' });
}
