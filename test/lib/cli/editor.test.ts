import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toError } from '../../../src/lib/base/errors.js';
import { editJson } from '../../../src/lib/cli/editor.js';
import { parseFacts } from '../../../src/lib/operator/facts-input.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kloros-editor-test-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** An editor that writes this text, and the path of the draft beside itself. */
function edit(text: string) {
  const editor = join(folder, 'editor.sh');
  writeFileSync(editor, `#!/bin/sh\nprintf '%s' '${text}' > "$1"\nprintf '%s' "$1" > '${folder}/draft'\n`);
  chmodSync(editor, 0o755);
  return editJson({ n: 1 }, { EDITOR: editor }, (written) => parseFacts(written, 'the editor'));
}
const draft = () => readFileSync(join(folder, 'draft'), 'utf8');

describe('what an operator writes in the editor', () => {
  it('is taken, and the draft removed', async () => {
    expect(await edit('{"n": 2}')).toEqual({ n: 2 });
    expect(existsSync(draft())).toBe(false);
  });

  it('is kept where it cannot be used, and the error says where', async () => {
    const error = await edit('{"n": 2').catch(toError);
    expect(error).toMatchObject({ code: 'INVALID_FACTS', next: [expect.stringContaining(draft()), expect.anything()] });
    expect(readFileSync(draft(), 'utf8')).toBe('{"n": 2');
    rmSync(join(draft(), '..'), { recursive: true });
  });
});
