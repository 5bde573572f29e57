import { lstatSync, readdirSync, realpathSync, statSync, type Dirent, type Stats } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { errorCode } from '../base/errors.js';
import type { Skipped } from './record.js';

/** How much may be looked at. */
export interface SourceLimits {
  maxFiles: number;
  maxFileBytes: number;
}

/** A file of a language that is parsed. */
export interface SourceFile {
  /** Absolute; below the folder as it was given. */
  path: string;
  size: number;
  /** Changes whenever the content may have: size, times and inode. */
  stamp: string;
}

/** What lies in a folder. */
export interface Sources {
  files: SourceFile[];
  folders: string[];
  skipped: Skipped[];
  /** False when maxFiles ended the walk. */
  complete: boolean;
}

const SOURCE = /\.(?:pyw?|[cm]?[jt]sx?)$/;
const FOLDERS_NOT_SOURCE = new Set(['node_modules', 'dist', '__pycache__', 'venv', 'site-packages']);
const NO_SOURCE = 'holds no source of its own';
const LINKED_FOLDER = 'a link to a folder is not followed';
// A tree of anything but code must not keep the walk busy for ever.
const ENTRIES_PER_FILE = 20;

/** Whether a file of this name is parsed. */
function isSourceName(name: string): boolean {
  return SOURCE.test(name);
}

/**
 * The source files of a folder, or the one file that `top` is, in order of their paths.
 * Linked folders are not followed, so a loop of links ends here; linked files only to where `mayRead` agrees.
 */
export function listSources(top: string, limits: SourceLimits, mayRead: (realPath: string) => boolean): Sources {
  const walk = new Walk(limits, mayRead);
  if (lstatSync(top).isDirectory()) walk.folder(top);
  else walk.file(top);
  return walk.found;
}

class Walk {
  readonly found: Sources = { files: [], folders: [], skipped: [], complete: true };
  readonly #limits: SourceLimits;
  readonly #mayRead: (realPath: string) => boolean;
  #entries = 0;

  constructor(limits: SourceLimits, mayRead: (realPath: string) => boolean) {
    this.#limits = limits;
    this.#mayRead = mayRead;
  }

  folder(top: string): void {
    const open = [top];
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      this.found.folders.push(path);
      open.push(...this.#entriesOf(path).reverse());
    }
  }

  file(path: string): void {
    const stats = this.#stat(path);
    if (!stats) return;
    const why = this.#objection(path, stats);
    if (why !== undefined) this.#skip(path, why);
    else this.found.files.push({ path, size: stats.size, stamp: stampOf(stats) });
  }

  /** Takes the files of a folder and returns its folders. */
  #entriesOf(path: string): string[] {
    const folders: string[] = [];
    for (const entry of this.#read(path)) {
      this.#entries += 1;
      if (this.#entries > this.#limits.maxFiles * ENTRIES_PER_FILE) this.found.complete = false;
      if (!this.found.complete) return [];
      const child = join(path, entry.name);
      if (entry.isDirectory()) folders.push(...this.#folderOr(child, entry.name));
      else if (entry.isSymbolicLink()) this.#link(child);
      else if (isSourceName(entry.name)) this.file(child);
    }
    return folders;
  }

  #read(path: string): Dirent[] {
    try {
      return readdirSync(path, { withFileTypes: true }).sort((one, two) => (one.name < two.name ? -1 : 1));
    } catch (error) {
      this.#skip(path, `cannot be listed: ${errorCode(error) ?? 'unknown error'}`);
      return [];
    }
  }

  #folderOr(path: string, name: string): string[] {
    if (!name.startsWith('.') && !FOLDERS_NOT_SOURCE.has(name)) return [path];
    this.#skip(path, NO_SOURCE);
    return [];
  }

  #link(path: string): void {
    const stats = this.#stat(path);
    if (stats?.isDirectory()) this.#skip(path, LINKED_FOLDER);
    else if (stats && isSourceName(path)) this.file(path);
  }

  #stat(path: string): Stats | undefined {
    try {
      return statSync(path);
    } catch (error) {
      this.#skip(path, `cannot be read: ${errorCode(error) ?? 'unknown error'}`);
      return undefined;
    }
  }

  #objection(path: string, stats: Stats): string | undefined {
    const { maxFileBytes, maxFiles } = this.#limits;
    if (!stats.isFile()) return 'not a regular file';
    if (!this.#mayRead(realpathSync(path))) return 'leads outside of the source roots';
    if (stats.size > maxFileBytes) return `${stats.size} bytes, more than investigation.maxFileBytes (${maxFileBytes})`;
    if (this.found.files.length < maxFiles) return undefined;
    this.found.complete = false;
    return `and what follows: more than investigation.maxFiles (${maxFiles})`;
  }

  #skip(path: string, reason: string): void {
    this.found.skipped.push({ path, reason });
  }
}

/** Whether what was left out is code that ought to have been read. */
export function isUnread({ reason }: Skipped): boolean {
  return reason !== NO_SOURCE && reason !== LINKED_FOLDER;
}

/** Whether a path is a folder itself or lies below it. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** A folder and those above it, up to and including the root. */
export function* foldersUpTo(from: string, root: string): Generator<string> {
  for (let folder = from; isBelow(folder, root); folder = dirname(folder)) {
    yield folder;
    if (folder === root) return;
  }
}

/** Whether a file is a test by its name or folder. */
export function isTestFile(relativePath: string): boolean {
  const name = basename(relativePath);
  return (
    /^(?:test_.*|.*_test|conftest)\.pyw?$|\.(?:test|spec)\.[cm]?[jt]sx?$/.test(name) ||
    /(?:^|\/)(?:tests?|__tests__)\//.test(relativePath)
  );
}

function stampOf({ size, mtimeMs, ctimeMs, ino }: Stats): string {
  return `${size}:${mtimeMs}:${ctimeMs}:${ino}`;
}
