import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

type Method = (...args: unknown[]) => unknown;
type Methods = Record<string, Method>;

const BY_PATH = ['open', 'rename', 'rm', 'mkdir', 'symlink', 'chmod', 'copyFile', 'unlink'];
const OF_HANDLES = ['writeFile', 'appendFile', 'write', 'sync', 'chmod', 'chown'];
const BY_NUMBER = ['write', 'fsync'];

/**
 * From now on this process dies by SIGKILL just before its n-th change of files that `concerns` names, whoever of its
 * modules makes that. Answers how many it has made.
 */
export function dieBefore(n: number, concerns: (path: string) => boolean): () => number {
  let changes = 0;
  const count = () => {
    changes += 1;
    if (changes === n) process.kill(process.pid, 'SIGKILL');
  };
  const counted = (methods: Methods, names: readonly string[], isMeant: (args: unknown[]) => boolean): void => {
    for (const name of names) {
      const original = methods[name];
      if (original === undefined) continue;
      methods[name] = function (this: unknown, ...args: unknown[]) {
        if (isMeant(args)) count();
        return original.apply(this, args);
      };
    }
  };
  const hasPath = (args: unknown[]) => args.some((one) => typeof one === 'string' && concerns(one));
  countHandles(fs.promises as unknown as Methods, hasPath, (handle) => counted(handle, OF_HANDLES, () => true));
  counted(fs.promises as unknown as Methods, BY_PATH, hasPath);
  const numbers = numbersOf(fs as unknown as Methods, hasPath);
  counted(fs as unknown as Methods, BY_PATH, hasPath);
  counted(fs as unknown as Methods, BY_NUMBER, ([number]) => numbers.has(number));
  syncBuiltinESMExports();
  return () => changes;
}

function countHandles(
  promises: Methods,
  isMeant: (args: unknown[]) => boolean,
  countIn: (handle: Methods) => void,
): void {
  const open = promises['open']!;
  promises['open'] = async (...args: unknown[]) => {
    const handle = (await open(...args)) as Methods;
    if (isMeant(args)) countIn(handle);
    return handle;
  };
}

/** Numbers of files that were opened by callback, as libraries do. */
function numbersOf(callbacks: Methods, isMeant: (args: unknown[]) => boolean): Set<unknown> {
  const numbers = new Set<unknown>();
  const open = callbacks['open']!;
  callbacks['open'] = (...args: unknown[]) => {
    const done = args.pop() as Method;
    return open(...args, (error: unknown, number: unknown) => {
      if (isMeant(args)) numbers.add(number);
      done(error, number);
    });
  };
  return numbers;
}
