import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KlorosError } from '../base/errors.js';
import { runInForeground } from '../base/foreground.js';
import { jsonText } from '../base/json-text.js';

const FALLBACK = 'vi';

/**
 * Lets the operator edit a value as JSON and answers what `accept` makes of the text. Throws EDITOR_FAILED, and what
 * `accept` throws: then the draft is kept and the error names it, or else it is removed.
 */
export async function editJson<T>(value: unknown, env: NodeJS.ProcessEnv, accept: (text: string) => T): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'kloros-edit-'));
  const path = join(folder, 'facts.json');
  let isWanted = false;
  try {
    await writeFile(path, `${jsonText(value, 2)}\n`, { mode: 0o600 });
    const editor = [env['VISUAL'], env['EDITOR']].find((name) => (name ?? '') !== '') ?? FALLBACK;
    const code = await runInForeground(editor, [path]);
    if (code !== 0) throw editorFailed(editor, code);
    const text = await readFile(path, 'utf8');
    isWanted = true;
    const accepted = orNaming(path, () => accept(text));
    isWanted = false;
    return accepted;
  } finally {
    if (!isWanted) await rm(folder, { recursive: true, force: true });
  }
}

function orNaming<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof KlorosError)) throw error;
    const { code, message, why, next } = error;
    const kept = `what you wrote is kept: mend it and give it with --facts ${path}`;
    throw new KlorosError({ code, message, ...(why === undefined ? {} : { why }), next: [kept, ...next] });
  }
}

function editorFailed(editor: string, code: number | null): KlorosError {
  return new KlorosError({
    code: 'EDITOR_FAILED',
    message: 'Nothing was changed',
    why: `the editor ${editor} ended with ${code ?? 'a signal'}`,
    next: ['set EDITOR to an editor that runs here', 'or change facts with --set key=value'],
  });
}
