import { errorCode, KlorosError, toError } from './errors.js';

/** What Node, `bindings` and node-gyp-build say where a compiled module is not there, or was made for another Node or machine. */
const SIGNS: readonly { pattern: RegExp; why: string }[] = [
  {
    pattern:
      /Could not locate the bindings file|No native build was found|No compatible zeromq.js addon|Cannot find native binding/i,
    why: 'it was never compiled: npm ran without its install scripts',
  },
  {
    pattern: /NODE_MODULE_VERSION|compiled against a different Node/i,
    why: 'it was compiled for another version of Node',
  },
  {
    pattern: /invalid ELF header|wrong ELF class|Exec format error|incompatible architecture/i,
    why: 'it was compiled for another machine',
  },
  {
    pattern: /GLIBC(XX)?_[\d.]+' not found|cannot open shared object file|symbol not found/i,
    why: 'it was compiled for another Linux than this',
  },
];
const NAMES = ['better-sqlite3', 'better_sqlite3', 'zeromq', 'koffi', 'oxc-parser'];

/** An error in the words that help where a native module cannot be loaded; undefined where it is about something else. */
export function nativeTrouble(thrown: unknown): KlorosError | undefined {
  const texts = chainOf(thrown).map((error) => `${error.message}\n${error.stack ?? ''}`);
  const text = texts.join('\n');
  const isLoading = chainOf(thrown).some((error) => errorCode(error) === 'ERR_DLOPEN_FAILED');
  const sign = SIGNS.find(({ pattern }) => pattern.test(text));
  if (sign === undefined && !isLoading) return undefined;
  const name = NAMES.find((one) => text.includes(one))?.replace('_', '-') ?? 'a compiled module';
  return new KlorosError({
    code: 'NATIVE_MODULE_BROKEN',
    message: `${name} cannot be loaded on Node ${process.versions.node}`,
    why: sign?.why ?? 'it was compiled for another Node or another machine, or not at all',
    next: [
      'npm rebuild better-sqlite3 zeromq   # in the folder that has kloros in its node_modules',
      'where it must be compiled: apt-get install python3 make g++',
      'kloros doctor',
    ],
    cause: thrown,
  });
}

function chainOf(thrown: unknown, depth = 4): Error[] {
  if (depth === 0 || thrown === undefined || thrown === null) return [];
  const error = toError(thrown);
  return [error, ...chainOf(error.cause, depth - 1)];
}
