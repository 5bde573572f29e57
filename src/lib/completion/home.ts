import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { absolutePath } from '../config/load-paths.js';

/** Where to look for the home. */
export interface HomeSources {
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Of the user. */
  userHome: string;
  /** What was typed after the command. */
  given: readonly string[];
}

const ETC_PATH = '/etc/kloros/config.yaml';

/** The home that a command would have, in the order of the configuration, without its schema, which takes long to load. */
export function homeOf({ env, cwd, userHome, given }: HomeSources): string {
  const typed = flagValue(given, '--home') ?? nonEmpty(env['KLOROS_HOME']);
  if (typed !== undefined) return absolutePath(typed, { base: cwd, userHome });
  for (const path of [join(cwd, 'kloros.yaml'), ETC_PATH]) {
    const written = existsSync(path) ? homeIn(readFileSync(path, 'utf8')) : undefined;
    if (written !== undefined) return absolutePath(written, { base: dirname(path), userHome });
  }
  return join(userHome, '.kloros');
}

function flagValue(given: readonly string[], flag: string): string | undefined {
  const joined = given.find((word) => word.startsWith(`${flag}=`));
  if (joined !== undefined) return nonEmpty(joined.slice(flag.length + 1));
  const at = given.indexOf(flag);
  return at === -1 ? undefined : nonEmpty(given[at + 1]);
}

/** As people write it: one line, quoted or not. */
function homeIn(text: string): string | undefined {
  const found = /^home:[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^#\n]*))/m.exec(text);
  return nonEmpty((found?.[1] ?? found?.[2] ?? found?.[3])?.trim());
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
