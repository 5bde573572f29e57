import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/base/clock.js';
import type { JournalCheck, Restored, Salvaged } from '../../src/lib/bus/journal-care.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import { kloros } from '../helpers/cli.js';
import { removeHome, silentLog, temporaryConfig } from '../helpers/colony.js';
import { damagePages, signalPages } from '../helpers/damage.js';
import { signalOf } from '../helpers/signals.js';

describe('the journal as a file', () => {
  let config: Config;
  let path: string;
  const env = () => ({
    KLOROS_HOME: config.home,
    KLOROS_PORT_BASE: String(config.portBase),
    KLOROS_SOURCE_ROOTS: join(config.home, 'src'),
  });
  const run = (...args: string[]) => kloros(args, { env: env(), cwd: config.home });
  const result = async <T>(...args: string[]): Promise<T> =>
    (JSON.parse((await run(...args, '--json')).stdout) as { result: T }).result;

  beforeEach(async () => {
    config = await temporaryConfig();
    path = pathsOf(config).journal;
    const bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'test' });
    await bus.emit(Array.from({ length: 300 }, (_, n) => signalOf('Q_A', { n, padding: 'x'.repeat(1_000) })));
    await bus.close();
  });
  afterEach(() => removeHome(config));
  const damage = () => damagePages(path, signalPages(path).slice(20, 21));

  it('is checked with the exit codes of a check', async () => {
    expect(await run('journal', 'check')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Sound: ') as string,
    });
    damage();
    const { code, stdout } = await run('journal', 'check');
    expect(code).toBe(2);
    expect(stdout).toContain('DAMAGED: ');
    expect(stdout).toContain('kloros journal salvage --dry-run');
    expect(await result<JournalCheck>('journal', 'check')).toMatchObject({ status: 'damaged' });
  });

  it('is backed up and restored, after it was shown what would be missing', async () => {
    expect(await run('journal', 'backup')).toMatchObject({ code: 0 });
    const [file = ''] = readdirSync(join(config.home, 'journal-backups'));
    const backup = join('journal-backups', file);
    await run('bus', 'emit', 'OBSERVATION', '--fact', 'text=new');
    const unasked = await run('journal', 'restore', backup);
    expect([unasked.code, unasked.stdout]).toEqual([2, expect.stringContaining('gone then: 301 to 301') as string]);
    const { kept } = await result<Restored>('journal', 'restore', backup, '--yes');
    expect(existsSync(join(kept!, 'signals.db'))).toBe(true);
    const { result: checked } = JSON.parse((await run('journal', 'check', '--json')).stdout) as {
      result: JournalCheck;
    };
    expect(checked).toMatchObject({ status: 'sound', newest: 300 });
  });

  it('is salvaged, after it was shown what would be lost', async () => {
    damage();
    const plan = await run('journal', 'salvage', '--dry-run');
    expect(plan).toMatchObject({ code: 0, stdout: expect.stringContaining('Would salvage ') as string });
    const { kept, signals, lostSignals } = await result<Salvaged>('journal', 'salvage', '--yes');
    expect([signals + lostSignals, existsSync(kept!)]).toEqual([300, true]);
    expect(await run('journal', 'check')).toMatchObject({ code: 0 });
  });

  it('that is damaged ends the colony at once, with one error that says what to do, and health says the same', async () => {
    damage();
    const { code, stderr } = await run('up', '--only', 'chemical-bus', '--for', '20s');
    expect(code).toBe(5);
    expect(stderr).toContain(`The journal at ${path} is damaged`);
    expect(stderr).toContain('kloros journal salvage');
    expect(stderr).not.toMatch(/5 times|^ +at .*:\d+:\d+/m);
    const health = await run('health', '--check', 'journal');
    expect([health.code, health.stdout]).toEqual([2, expect.stringContaining('kloros journal') as string]);
    expect(await run('up', '--only', 'chemical-bus', '--for', '20s')).toMatchObject({ code: 5 });
  });
});
