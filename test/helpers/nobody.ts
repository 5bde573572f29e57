import { chmodSync, chownSync } from 'node:fs';

const NOBODY = 65_534;

/**
 * Root may do anything, so a test about what is forbidden runs as somebody else, to whom these folders are given.
 * Only what is named changes hands: a temporary folder's parent is the machine's.
 */
export function becomeNobody(...folders: string[]): void {
  if (process.geteuid?.() !== 0) return;
  for (const folder of folders) {
    chmodSync(folder, 0o755);
    chownSync(folder, NOBODY, NOBODY);
  }
  process.seteuid?.(NOBODY);
}

/** Back to who the test was. */
export function becomeRoot(): void {
  if (process.getuid?.() === 0) process.seteuid?.(0);
}
