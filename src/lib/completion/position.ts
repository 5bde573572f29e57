import { own } from '../base/own.js';
import type { CachedCommand, CachedFlag, CachedInput, Manifest } from './manifest.js';

/** What the word under the cursor may be. */
export interface Position {
  /** The word as far as it is typed; of `--flag=value` the value. */
  word: string;
  /** `--flag=` where that is part of the same word. */
  prefix: string;
  /** Words of the command or topic that stand before it. */
  path: string[];
  command: CachedCommand | undefined;
  /** Whether the next word of a command may stand here. */
  takesCommand: boolean;
  /** Whether a flag may. */
  takesFlag: boolean;
  /** The flag or argument whose value stands here. */
  input: CachedInput | undefined;
  /** `--flag` or `argument`, as the table of kinds has it. */
  inputName: string;
  /** What was typed after the command. */
  given: string[];
}

const HELP = 'help';

/**
 * Reads the words after the program's name, the last of which is being typed.
 * Words are read as long as they lead to a command; then come flags, each with its value where it has one, and arguments.
 * After `--` there are no flags.
 */
export function positionOf(words: readonly string[], manifest: Manifest): Position {
  const isHelp = words.length > 1 && words[0] === HELP;
  const typed = words.slice(isHelp ? 1 : 0, -1);
  const word = words.at(-1) ?? '';
  const path = pathOf(typed, manifest);
  const given = typed.slice(path.length);
  const command = own(manifest.commands, path.join(':'));
  const blank = { word, prefix: '', path, command, given, takesFlag: false, input: undefined, inputName: '' };
  const takesCommand = given.length === 0 && !word.startsWith('-');
  if (command === undefined || isHelp) return { ...blank, takesCommand };
  return { ...blank, takesCommand, ...inputAt(command, given, word) };
}

/** The words that lead to a command or a topic, as many as do. */
function pathOf(typed: readonly string[], { commands }: Manifest): string[] {
  const ids = Object.keys(commands);
  const leads = (path: string) => ids.some((id) => id === path || id.startsWith(`${path}:`));
  const end = typed.findIndex((_, index) => !leads(typed.slice(0, index + 1).join(':')));
  return typed.slice(0, end === -1 ? typed.length : end);
}

type InputAt = Partial<Position>;

function inputAt(command: CachedCommand, given: readonly string[], word: string): InputAt {
  const { open, positionals, ended } = scan(command, given);
  if (open) return valueOf(open);
  if (!ended && word.startsWith('-')) return flagAt(command, word);
  const args = Object.values(command.args);
  const arg = args[positionals] ?? (command.strict ? undefined : args.at(-1));
  return arg ? { input: arg, inputName: arg.name } : { takesFlag: !ended };
}

function flagAt(command: CachedCommand, word: string): InputAt {
  const equals = word.indexOf('=');
  const flag = equals === -1 ? undefined : flagOf(command, word.slice(0, equals));
  if (!flag) return { takesFlag: true };
  return { ...valueOf(flag), prefix: word.slice(0, equals + 1), word: word.slice(equals + 1) };
}

function valueOf(flag: CachedFlag): InputAt {
  return { input: flag, inputName: `--${flag.name}` };
}

/** Goes through what was typed: how many arguments there are, and whether a flag still waits for its value. */
function scan(command: CachedCommand, given: readonly string[]) {
  let positionals = 0;
  let open: CachedFlag | undefined;
  let ended = false;
  for (const word of given) {
    if (open) open = undefined;
    else if (ended || !word.startsWith('-')) positionals += 1;
    else if (word === '--') ended = true;
    else open = flagOf(command, word);
  }
  return { open, positionals, ended };
}

/** The flag that takes a value under this name. */
function flagOf({ flags }: CachedCommand, word: string): CachedFlag | undefined {
  const flag = own(flags, word.replace(/^--/, ''));
  return flag?.type === 'option' ? flag : undefined;
}
