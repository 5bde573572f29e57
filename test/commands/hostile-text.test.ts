import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/base/clock.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import { idFromKey } from '../../src/lib/signals/id.js';
import { mint } from '../../src/lib/signals/mint.js';
import { kloros } from '../helpers/cli.js';
import { removeHome, silentLog, temporaryConfig } from '../helpers/colony.js';

/** A title, a clear screen, hidden text, a C1 control, bidi, zero width, half of a pair, and lines of somebody else. */
const FORGED = '12:00:00.000 [chemical_bus] FORGED';
const HOSTILE = `x\u001b]0;PWNED\u0007\u001b[2J\u001b[8m\u009b31m\u202egnp\u2066\u200b\u{e0041}\udc00\r\n${FORGED}\n\u2028${FORGED}`;
const RAW = /[\p{Cs}\p{Zl}\p{Zp}\p{Cf}]|[^\n\P{Cc}]/u;
// What a command line can hold.
const TYPED = HOSTILE.replace('\udc00', '');

let config: Config;
let env: Record<string, string>;

/** Everything that somebody else may have written into a home. */
async function writeHome(): Promise<void> {
  const paths = pathsOf(config);
  const bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'onlooker' });
  const nowMs = Date.now();
  const one = mint(
    { signal: 'Q_CURIOSITY_INVESTIGATE', facts: { question_id: HOSTILE, question: HOSTILE, [HOSTILE]: [HOSTILE] } },
    { id: idFromKey(nowMs, 'one'), source: HOSTILE, nowMs },
  );
  // Rows of before the names were checked stay readable.
  await bus.emit([one, { ...one, id: idFromKey(nowMs, 'two'), signal: TYPED, incident_id: null, trace: HOSTILE }]);
  const words = { error: `Error: ${HOSTILE}`, traceback: HOSTILE };
  const deadLetters = [{ daemon: 'intent_router', key: HOSTILE, ...words, content: HOSTILE, intentFile: HOSTILE }];
  await bus.commit({ signals: [], deadLetters, state: [] }, 'intent_router');
  await bus.close();
  for (const folder of [paths.intents, paths.logs]) mkdirSync(folder, { recursive: true });
  writeFileSync(
    paths.failedSignals,
    `${JSON.stringify({ signal: HOSTILE, daemon: HOSTILE, ...words, id: HOSTILE })}\n`,
  );
  writeFileSync(
    join(paths.intents, `${TYPED.replaceAll('/', '')}.json`),
    JSON.stringify({ type: HOSTILE, id: HOSTILE }),
  );
  const line = { level: 50, time: nowMs, daemon: HOSTILE, msg: HOSTILE, [HOSTILE]: HOSTILE, err: { stack: HOSTILE } };
  writeFileSync(join(paths.logs, 'intent_router.log'), `${JSON.stringify(line)}\n${HOSTILE}\n`);
}

beforeAll(async () => {
  config = await temporaryConfig();
  env = { KLOROS_HOME: config.home };
  await writeHome();
});
afterAll(() => removeHome(config));

const COMMANDS: readonly string[][] = [
  ['bus', 'listen', '--since', '1h', '--no-follow'],
  ['bus', 'history', '-1h:now'],
  ['bus', 'stats'],
  ['bus', 'gaps'],
  ['bus', 'consumers'],
  ['bus', 'emit', TYPED],
  ['bus', 'listen', TYPED, '--no-follow'],
  ['bus', 'play', TYPED],
  ['trace', idFromKey(0, 'nothing')],
  ['trace', TYPED],
  ['dlq', 'list'],
  ['dlq', 'groups'],
  ['dlq', 'stats'],
  ['dlq', 'show', '1'],
  ['dlq', 'show', TYPED],
  ['dlq', 'replay', '--dry-run'],
  ['intent', 'list'],
  ['intent', 'submit', '--path', TYPED],
  ['daemon', 'logs'],
  ['daemon', 'logs', TYPED],
  ['daemon', 'list'],
  ['signal', 'explain', TYPED],
  ['suppress', 'add', TYPED, '--reason', TYPED],
  ['suppress', 'list'],
  ['policy', 'decisions'],
  ['dream', 'show', TYPED],
  ['topology'],
  ['stuck'],
  ['health'],
  ['undo', TYPED],
  ['config', 'show', TYPED],
  [TYPED],
  ['--home', `/nowhere/${TYPED}`, 'dlq', 'list'],
];

describe('a text that somebody else wrote', () => {
  it.each(COMMANDS.map((args) => ({ args, name: args.join(' ').replaceAll(TYPED, 'HOSTILE') })))(
    'reaches no terminal as more than words: kloros $name',
    async ({ args }) => {
      const { stdout, stderr } = await kloros(args, { env });
      for (const text of [stdout, stderr]) {
        expect(JSON.stringify(RAW.exec(text)?.[0] ?? null)).toBe('null');
        expect(text.split('\n').filter((line) => line.startsWith(FORGED))).toEqual([]);
      }
    },
  );

  it('is whole in what programs read, and as safe', async () => {
    const { stdout } = await kloros(['bus', 'history', '-1h:now', '--output', 'jsonl'], { env });
    expect(RAW.exec(stdout)).toBeNull();
    const [one, two] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect([one?.['source'], two?.['signal']]).toEqual([HOSTILE, TYPED]);
  });
});
