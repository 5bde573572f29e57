import type { FSWatcher } from 'node:fs';
import { basename } from 'node:path';
import { tryWatch } from '../base/try-watch.js';
import { REPLACEMENT } from './folder.js';
import { isAside, isIntentName } from './file-name.js';

/** Who hears of changes. */
export interface FolderListener {
  /** Something happened to an intent's file: it appeared, grew, was renamed into place, or left. */
  intent(name: string): void;
  /** Something happened that names no file: the folder has to be looked at itself. */
  folder(): void;
  error(error: unknown): void;
}

/**
 * Watches one folder by one inotify watch whose events name the files, however many it holds.
 * Node's own watch and not chokidar's: that one adds a watch for each file (44,638 files: 254 MB), and where it is told
 * not to, it still reads and stats the whole folder again and again while anything changes in it, which fills the
 * thread pool (44,638 intents routed in 394 s, against 11 s with this). What a watch may miss, the listing finds,
 * also where there can be no watch: then the listener's error() is told why, and the answer is undefined.
 */
export function watchFolder(path: string, listener: FolderListener): FSWatcher | undefined {
  const hear = (name: string | null) => {
    if (name === null || name.includes(REPLACEMENT) || name === basename(path)) listener.folder();
    else if (isIntentName(name) && !isAside(name)) listener.intent(name); // Our own taking aside is no news.
  };
  return tryWatch(path, hear, (error) => listener.error(error));
}
