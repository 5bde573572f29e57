import { watch, type FSWatcher } from 'node:fs';
import { errorCode } from './errors.js';

/** Told what changed; null where the kernel does not say. */
export type OnChange = (name: string | null) => void;

/**
 * Watches a file or folder by inotify(7). Where that cannot be had, or ends, `onTrouble` is told why, and whoever asks
 * has to look from time to time: a machine whose watches are used up by others is slower and not broken.
 */
export function tryWatch(path: string, onChange: OnChange, onTrouble: (error: unknown) => void): FSWatcher | undefined {
  try {
    return watch(path, (_event, name) => onChange(name)).on('error', onTrouble);
  } catch (error) {
    onTrouble(error);
    return undefined;
  }
}

/** How to have more of what the kernel has no more of; empty where a watch failed by something else. */
export function watchAdvice(error: unknown): string {
  if (errorCode(error) === 'ENOSPC') return '; have more: sysctl fs.inotify.max_user_watches=1048576';
  if (errorCode(error) !== 'EMFILE') return '';
  return '; have more: sysctl fs.inotify.max_user_instances=1024, or a higher limit of open files (ulimit -n)';
}
