import chalk, { chalkStderr } from 'chalk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../../src/lib/base/log.js';
import { linePainter } from '../../../src/lib/supervise/log-lines.js';

const NAMES = ['kloros', 'chemical_bus'];

describe('the merged log', () => {
  const levels = [chalk.level, chalkStderr.level] as const;
  beforeEach(() => {
    chalk.level = 0;
    chalkStderr.level = 0;
  });
  afterEach(() => {
    [chalk.level, chalkStderr.level] = levels;
  });

  const pretty = (say: (log: ReturnType<typeof createLog>) => void): string => {
    let written = '';
    say(createLog({ daemon: 'kloros', form: 'pretty', write: (line) => (written += line) }));
    return written.trimEnd();
  };

  it('puts the names of all daemons in one column, in words', () => {
    const paint = linePainter('pretty', NAMES);
    expect(
      paint(
        'kloros',
        pretty((log) => log.info('all is well')),
      ),
    ).toMatch(/^\d\d:\d\d:\d\d\.\d{3} \[kloros\] {7}all is well$/);
    expect(
      paint(
        'kloros',
        pretty((log) => log.warn('hm')),
      ),
    ).toMatch(/ \[kloros\] {7}warn: hm$/);
  });

  it('gives each daemon a colour of its own on a terminal, whatever colours the line had', () => {
    chalk.level = 1;
    chalkStderr.level = 1;
    const line = pretty((log) => log.error('broken'));
    const [first, second] = NAMES.map((name) => linePainter('pretty', NAMES)(name, line.replace('kloros', name)));
    expect(first).toContain(chalkStderr.cyan('[kloros]      '));
    expect(second).toContain(chalkStderr.magenta('[chemical_bus]'));
    expect(first).toContain(chalkStderr.red('error: broken'));
  });

  it('says whose a line is that is no log line', () => {
    expect(linePainter('pretty', NAMES)('kloros', 'Error: boom')).toBe('[kloros]       Error: boom');
    expect(linePainter('journal', NAMES)('kloros', 'Error: boom')).toBe('[kloros] Error: boom');
  });

  it('leaves the priority of the journal where the journal looks for it', () => {
    const paint = linePainter('journal', NAMES);
    expect(paint('kloros', '<4>[kloros] Slow')).toBe('<4>[kloros] Slow');
    expect(paint('kloros', '<3>    at second line of an error')).toBe('<3>[kloros]     at second line of an error');
  });

  it('stays JSON line for line, also where a daemon crashed in words', () => {
    const paint = linePainter('json', NAMES);
    expect(paint('kloros', '{"level":30}')).toBe('{"level":30}');
    expect(JSON.parse(paint('kloros', 'Error: "boom"'))).toEqual({ level: 50, daemon: 'kloros', msg: 'Error: "boom"' });
  });
});
