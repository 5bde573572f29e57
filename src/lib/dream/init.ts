import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFileSafely } from '../base/atomic-file.js';
import { errorCode, KlorosError } from '../base/errors.js';

/** A file that is written, or would be. */
export interface InitFile {
  path: string;
  content: string;
}

// From the sources and from what is built, the package is three folders up.
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const EXAMPLE = join(ROOT, 'docs', 'examples', 'compression');

/** The example experiment, ready to be written into a home: dream.yaml and its evaluator. Throws EXPERIMENTS_EXIST. */
export async function exampleFiles(dreamPath: string, home: string): Promise<InitFile[]> {
  if (await exists(dreamPath)) throw alreadyThere(dreamPath);
  const read = (name: string) => readFile(join(EXAMPLE, name), 'utf8');
  const yaml = (await read('dream.yaml')).replace('__CORPUS__', JSON.stringify(join(ROOT, 'docs')));
  return [
    { path: dreamPath, content: yaml },
    { path: join(home, 'evaluators', 'compression.mjs'), content: await read('compression.mjs') },
  ];
}

/** Writes them; an evaluator that is there already stays as it is. */
export async function writeExample(files: readonly InitFile[]): Promise<InitFile[]> {
  const written: InitFile[] = [];
  for (const file of files) {
    if (await exists(file.path)) continue;
    await writeFileSafely(file.path, file.content);
    written.push(file);
  }
  return written;
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function alreadyThere(path: string): KlorosError {
  return new KlorosError({
    code: 'EXPERIMENTS_EXIST',
    message: `${path} is there already`,
    why: 'it is yours, so nothing was written',
    next: ['see what it says: kloros dream list', `or move it away: mv ${path} ${path}.old`],
  });
}
