import { watch } from 'chokidar';

/** A file that is being watched. */
export interface FileWatch {
  close(): Promise<void>;
}

/**
 * Calls onChange when a file appears, changes or leaves, in whatever way an editor or a program replaces it.
 * The file, and its folder, need not be there yet. It promises nothing: look from time to time as well.
 */
export function watchFile(path: string, onChange: () => void): FileWatch {
  const watcher = watch(path, { ignoreInitial: true });
  for (const event of ['add', 'change', 'unlink'] as const) watcher.on(event, onChange);
  watcher.on('error', onChange); // The look that follows says what is wrong.
  return { close: () => watcher.close() };
}
