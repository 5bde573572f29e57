import { own } from '../base/own.js';
import { beginningWith, type Candidate } from './candidate.js';
import { homeOf } from './home.js';
import { kindsOf, type Kind } from './kinds.js';
import { readManifest, type CachedCommand, type Manifest } from './manifest.js';
import { readNames } from './names.js';
import { positionOf, type Position } from './position.js';
import { candidatesOf } from './sources.js';

/** A line that is being typed. */
export interface Request {
  /** After the program's name; the last is being typed. */
  words: readonly string[];
  /** Folder of the package. */
  root: URL;
  env: NodeJS.ProcessEnv;
  cwd: string;
  userHome: string;
}

/** What may be typed. */
export interface Completion {
  candidates: Candidate[];
  /** Whether files may be meant, which the shell knows best. */
  files: boolean;
}

/** What may stand where the cursor is. Loads no command and no schema: somebody waits for it. */
export async function complete(request: Request): Promise<Completion> {
  const manifest = readManifest(request.root);
  const position = positionOf(request.words, manifest);
  const { command, inputName } = position;
  const kinds = command ? kindsOf(command.id, inputName) : [];
  const candidates = [
    ...(position.takesCommand ? commandsBelow(position.path, manifest) : []),
    ...(position.takesFlag && command ? flagsOf(command, position.given) : []),
    ...(position.input?.options ?? []).map((value) => ({ value })),
    ...(await valuesOf(kinds, position, request)),
  ];
  const found = beginningWith(candidates, position.word);
  const whole = found.map((candidate) => ({ ...candidate, value: position.prefix + candidate.value }));
  return { candidates: whole, files: kinds.includes('file') };
}

/** What is there already is not offered again. */
async function valuesOf(kinds: readonly Kind[], { word, given }: Position, request: Request): Promise<Candidate[]> {
  if (kinds.length === 0) return [];
  const home = homeOf({ ...request, given });
  const found = await candidatesOf(kinds, { home, names: readNames(request.root), word, env: request.env });
  return found.filter(({ value }) => !given.includes(value));
}

function commandsBelow(path: readonly string[], { commands, topics }: Manifest): Candidate[] {
  const visible = Object.values(commands).filter(({ hidden }) => hidden !== true);
  const prefix = path.map((word) => `${word}:`).join('');
  const below = visible
    .filter(({ id }) => id.startsWith(prefix))
    .map(({ id }) => id.slice(prefix.length).split(':')[0]);
  const help = path.length === 0 ? [{ value: 'help', text: 'Help for a command' }] : [];
  const names = [...new Set(below)].filter((name) => name !== undefined).sort();
  const commandsHere = names.map((value) => ({
    value,
    ...textOf(own(commands, prefix + value)?.summary ?? own(topics, prefix + value)?.description),
  }));
  return [...commandsHere, ...help];
}

function flagsOf({ flags }: CachedCommand, given: readonly string[]): Candidate[] {
  const isOpen = (name: string, multiple?: boolean) => multiple === true || !given.includes(`--${name}`);
  const visible = Object.values(flags).filter(
    ({ hidden, name, multiple }) => hidden !== true && isOpen(name, multiple),
  );
  const own = visible.map(({ name, summary }) => ({ value: `--${name}`, ...textOf(summary) }));
  return [...own, { value: '--help', text: 'Show help' }];
}

function textOf(text: string | undefined): Pick<Candidate, 'text'> {
  return text === undefined ? {} : { text };
}
