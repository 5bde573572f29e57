import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const MAX_BYTES = 50_000_000;

/** The browser of this machine; undefined where there is none. */
export const CHROMIUM = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  .find((path) => existsSync(path));

/**
 * Opens a page in a real browser of this width, with a script at its end that looks at it, and answers what that
 * script left as JSON in the title of the document. What the page may load is what its own policy allows, and the script.
 */
export async function lookInBrowser(html: string, script: string, widthPx: number): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'kloros-browser-'));
  try {
    const path = join(folder, 'page.html');
    // The page forbids scripts; only the copy that is looked at may run this one.
    const open = html.replace('style-src', "script-src 'unsafe-inline'; style-src");
    const looking = `<script>addEventListener('load', () => { document.title = JSON.stringify((() => { ${script} })()); });</script>`;
    writeFileSync(path, open.replace('</body>', `${looking}</body>`));
    const { stdout } = await promisify(execFile)(
      CHROMIUM ?? '',
      [
        ...FLAGS,
        `--user-data-dir=${join(folder, 'profile')}`,
        `--window-size=${widthPx},900`,
        '--dump-dom',
        `file://${path}`,
      ],
      { maxBuffer: MAX_BYTES },
    );
    const title = /<title>(.*?)<\/title>/s.exec(stdout)?.[1] ?? 'null';
    return JSON.parse(title.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'));
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
