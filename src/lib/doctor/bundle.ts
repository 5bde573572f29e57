import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { KlorosError, toError } from '../base/errors.js';
import { runCommand } from '../base/process-group.js';
import { redact, redactText } from './redact.js';

/** One file of a bundle: text, or a value that becomes JSON. */
export interface BundlePart {
  name: string;
  /** What it is, for the person who gives it away. */
  what: string;
  content: unknown;
}

const LIMIT_MS = 60_000;

/** Texts of the parts as they will be in the archive: without secrets. */
export function redactedTexts(parts: readonly BundlePart[], userHome: string): Map<string, string> {
  return new Map(
    parts.map(({ name, content }) => [
      name,
      typeof content === 'string'
        ? redactText(content, userHome)
        : `${JSON.stringify(redact(content, userHome), null, 2)}\n`,
    ]),
  );
}

/** Writes a gzipped tar, readable by its owner alone; it is there whole or not at all. Throws BUNDLE_NOT_WRITTEN. */
export async function writeBundle(path: string, texts: ReadonlyMap<string, string>): Promise<{ bytes: number }> {
  const target = resolve(path);
  const folder = await mkdtemp(join(tmpdir(), 'kloros-bundle-'));
  const partial = join(dirname(target), `.kloros-bundle-${process.pid}.tmp`);
  try {
    await writeFile(partial, '', { mode: 0o600 }).catch((error: unknown) => {
      throw notWritten(target, toError(error).message);
    });
    for (const [name, text] of texts) await writeFile(join(folder, name), text, { mode: 0o600 });
    const args = [
      '--create',
      '--gzip',
      '--owner=0',
      '--group=0',
      '--file',
      partial,
      '--directory',
      folder,
      ...texts.keys(),
    ];
    const { exitCode, stderr } = await runCommand('tar', args, { timeoutMs: LIMIT_MS });
    if (exitCode !== 0) throw notWritten(target, stderr.trim() || 'tar is not installed');
    await rename(partial, target);
    return { bytes: (await stat(target)).size };
  } finally {
    await Promise.all([folder, partial].map((left) => rm(left, { recursive: true, force: true })));
  }
}

function notWritten(path: string, why: string): KlorosError {
  return new KlorosError({
    code: 'BUNDLE_NOT_WRITTEN',
    message: `${path} was not written`,
    why,
    next: [`ls -ld ${dirname(path)}`, 'kloros doctor --bundle /tmp/kloros.tar.gz'],
  });
}
