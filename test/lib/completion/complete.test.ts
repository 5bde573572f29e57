import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daemons } from '../../../src/daemons/index.js';
import { complete } from '../../../src/lib/completion/complete.js';
import { catalogue } from '../../../src/lib/signals/catalogue.js';
import { isBuilt, kloros } from '../../helpers/cli.js';

const root = new URL('../../../', import.meta.url);
let home: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'kloros-tab-'));
  for (const folder of ['dream_lab/dream_1', 'dream_lab/promotions', 'recordings', 'deployed/compression'])
    mkdirSync(join(home, folder), { recursive: true });
  const row = (number: number, error: string, daemon = 'a_daemon') =>
    `${JSON.stringify({ signal: { signal: 'Q_A', facts: {} }, error, daemon, timestamp: '2025-11-15T10:30:00Z', traceback: '', number, key: `k${number}` })}\n`;
  const write = (name: string, text: string) => writeFileSync(join(home, name), text);
  write(
    'failed_signals.jsonl',
    row(17, 'E: bad') + row(18, 'E: bad') + row(23, 'F: worse', 'b_daemon') + 'no JSON\n{"torn',
  );
  write('capabilities.yaml', '# ours\naudio:\n  module: audio\nvideo: {module: video}\n');
  write('dream.yaml', 'run: {name: no}\nexperiments:\n  - name: compression\n  - { name: "speed" }\n');
  write('policy_decisions.jsonl', `${JSON.stringify({ id: 'abc123', outcome: 'acted', reason: 'because' })}\n`);
  write('recordings/a.jsonl.gz', '');
});
afterAll(() => rmSync(home, { recursive: true }));

async function tab(line: string, more: Record<string, string> = {}) {
  const env = { KLOROS_HOME: home, ...more };
  const { candidates, files } = await complete({ words: line.split(' '), root, env, cwd: home, userHome: home });
  return { values: candidates.map(({ value }) => value), texts: candidates.map(({ text }) => text), files };
}
const values = async (line: string) => (await tab(line)).values;

describe.skipIf(!isBuilt)('completion', () => {
  it('knows topics, their commands, and flags', async () => {
    expect(await values('')).toEqual(expect.arrayContaining(['bus', 'dlq', 'health', 'help']));
    expect(await values('dlq s')).toEqual(['show', 'stats']);
    expect(await values('dlq list --gr')).toEqual(['--grep', '--group']);
    expect(await values('policy decisions --outcome ')).toContain('acted');
  });

  it('offers a flag that was given only where it may be given again', async () => {
    expect(await values('dlq list --limit 3 --limit')).toEqual([]);
    expect(await values('bus history --signal A --signal')).toEqual(['--signal']);
  });

  it('knows every signal and every daemon, also by the end of their names', async () => {
    expect(await values('bus emit ')).toEqual([...catalogue.keys()]);
    expect(await values('daemon start ')).toEqual(daemons.map(({ name }) => name));
    expect(await values('signal explain dream_comp')).toEqual(['Q_DREAM_COMPLETE']);
    expect(await values('daemon logs policy-')).toEqual(['kloros_policy_engine']);
    expect(await values('daemon stop intent_router intent')).toEqual([]);
    expect(await values('bus history --signal=Q_WIN')).toEqual(['--signal=Q_WINNER_DEPLOYED']);
  });

  it('knows dead letters and their causes, the newest and the most frequent first, and leaves torn lines alone', async () => {
    const { values: ids, texts } = await tab('dlq show ');
    expect(ids).toEqual([expect.stringMatching(/^x[0-9a-f]{8}$/), '23', '18', '17']);
    expect(texts[1]).toBe('Q_A b_daemon F: worse');
    expect(await values('dlq replay 18 1')).toEqual(['17']);
    expect((await tab('dlq list --group ')).texts[0]).toMatch(/^2 times: Q_A a_daemon/);
    expect(await values('dlq restore ')).toEqual([]);
  });

  it('knows what else there is in a home', async () => {
    expect(await values('dream show ')).toEqual(['dream_1']);
    expect(await values('dream try ')).toEqual(['compression', 'speed']);
    expect(await values('undo ')).toEqual(['audio', 'video', 'compression']);
    expect(await values('policy explain ')).toEqual(['abc123']);
    expect(await values('config show dlq.q')).toEqual(['dlq.quarantineAfter']);
    expect(await tab('bus play ')).toMatchObject({ values: [join(home, 'recordings/a.jsonl.gz')], files: true });
  });

  it('knows names and ids of the journal', async () => {
    const env = { KLOROS_HOME: join(home, 'other') };
    await kloros(['bus', 'emit', 'HEARTBEAT', '--fact', 'n=1'], { env });
    expect((await tab('bus listen HEART', env)).values).toEqual(['HEARTBEAT']);
    const [id = ''] = (await tab('trace ', env)).values;
    expect(id).toMatch(/^[0-9A-Z]{26}$/);
    expect((await tab(`trace ${id.slice(0, 8)}`, env)).values).toEqual([id]);
    expect((await tab('trace ZZ', env)).values).toEqual([]);
  });

  it('makes nothing where there is no home', async () => {
    const none = join(home, 'none');
    expect((await tab('dlq show ', { KLOROS_HOME: none })).values).toEqual([]);
    expect((await tab('trace ', { KLOROS_HOME: none })).values).toEqual([]);
    expect(existsSync(none)).toBe(false);
  });

  it('is refused by a folder that is no package', async () => {
    await expect(
      complete({ words: [''], root: pathToFileURL(`${home}/`), env: {}, cwd: home, userHome: home }),
    ).rejects.toThrow('ENOENT');
  });
});
