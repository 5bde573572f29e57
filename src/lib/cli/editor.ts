import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KlorosError } from '../base/errors.js';
import { runInForeground } from '../base/foreground.js';

const FALLBACK = 'vi';

/** Lets the operator edit a value as JSON and answers the text. Throws EDITOR_FAILED; the draft is removed. */
export async function editJson(value: unknown, env: NodeJS.ProcessEnv): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kloros-edit-'));
  const path = join(folder, 'facts.json');
  try {
    await writeFile(path, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    const editor = [env['VISUAL'], env['EDITOR']].find((name) => (name ?? '') !== '') ?? FALLBACK;
    const code = await runInForeground(editor, [path]);
    if (code !== 0) throw editorFailed(editor, code);
    return await readFile(path, 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
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
