import { describe, expect, it } from 'vitest';
import { createLog, logFormFor, renderLogLine, type LogForm, type Logger } from '../../../src/lib/base/log.js';
import { logEmitted, logReceived } from '../../../src/lib/runtime/journal-words.js';

const STREAM = { isTty: false, dev: 8n, ino: 4_611_686_018_427_387_905n };
const NAMED = `${STREAM.dev}:${STREAM.ino}`;
const SAID = { id: '01J', signal: 'Q_X', facts: { module_name: 'audio' } };

function lines(form: LogForm, write: (log: Logger) => void, level = 'trace'): string[] {
  const written: string[] = [];
  write(createLog({ daemon: 'intent_router', form, level, write: (line) => written.push(line) }));
  return written;
}

describe('the form of log lines', () => {
  it('is words on a terminal, and JSON in a pipe', () => {
    expect(logFormFor({}, { ...STREAM, isTty: true })).toBe('pretty');
    expect(logFormFor({}, STREAM)).toBe('json');
  });

  it('is that of the journal where JOURNAL_STREAM names the very stream', () => {
    expect(logFormFor({ JOURNAL_STREAM: NAMED }, STREAM)).toBe('journal');
  });

  it.each(['8:1', '9:4611686018427387905', '8:4611686018427387904', '', '8'])(
    'takes no notice of a JOURNAL_STREAM that was inherited with another stream: "%s"',
    (inherited) => {
      expect(logFormFor({ JOURNAL_STREAM: inherited }, STREAM)).toBe('json');
      expect(logFormFor({ JOURNAL_STREAM: inherited }, { ...STREAM, isTty: true })).toBe('pretty');
    },
  );

  it('is what the supervisor says, whose own stream is the one that counts', () => {
    for (const form of ['pretty', 'json', 'journal'])
      expect(logFormFor({ KLOROS_LOG_FORM: form, JOURNAL_STREAM: NAMED }, STREAM)).toBe(form);
    expect(logFormFor({ KLOROS_LOG_FORM: 'xml' }, STREAM)).toBe('json');
  });
});

describe('a log for people', () => {
  const FORGED = '12:00:00.000 [chemical_bus] forged';

  it.each<LogForm>(['pretty', 'journal'])('has no line and no control of whoever sent what is logged: %s', (form) => {
    const stack = `Error: \u001b]0;x\u0007\n${FORGED}\n    at here`;
    const [text = ''] = lines(form, (log) =>
      log.error({ err: { stack }, path: `/a\n${FORGED}` }, `No\r\n${FORGED}\u202e`),
    );
    for (const one of ['\u0007', '\u202e', '\u001b]']) expect(text).not.toContain(one);
    expect(text.split('\n').filter((line) => /^(?:<\d>)?\d\d:/.test(line) && line.includes('forged'))).toHaveLength(
      form === 'pretty' ? 1 : 0,
    );
    expect(text).toContain('\n');
  });

  it('shows what is no line of a log as one line of words', () => {
    expect(renderLogLine('hub', `Error\u001b[2J\n${FORGED}`)).toBe(`[hub] Error�[2J ${FORGED}`);
  });

  it('keeps every character in JSON, and none that a terminal obeys', () => {
    const msg = 'a\u009b31m\u202e\u{e0041}é';
    const [line = ''] = lines('json', (log) => log.info(msg));
    expect([line.includes('\u009b'), line.includes('\u202e'), line.includes('é')]).toEqual([false, false, true]);
    expect(JSON.parse(line)).toMatchObject({ msg });
  });
});

describe('a log for the journal', () => {
  it('puts the priority of syslog before each line', () => {
    const all = (log: Logger) => {
      for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) log[level](level);
    };
    expect(lines('journal', all)).toEqual([
      '<7>[intent_router] trace\n',
      '<7>[intent_router] debug\n',
      '<6>[intent_router] info\n',
      '<4>[intent_router] warn\n',
      '<3>[intent_router] error\n',
      '<2>[intent_router] fatal\n',
    ]);
  });

  it('puts it before every line of an error, since journald makes an entry of each', () => {
    const error = Object.assign(new Error('first\nsecond'), { stack: 'Error: first\nsecond\n    at here' });
    expect(lines('journal', (log) => log.error({ err: error }, 'It failed'))).toEqual([
      '<3>[intent_router] It failed Error: first\n<3>    second\n<3>    at here\n',
    ]);
  });

  it('has the words that the document looks for, the facts, and the id of the signal', () => {
    const both = (log: Logger) => {
      logReceived(log, SAID);
      logEmitted(log, SAID);
    };
    expect(lines('journal', both)).toEqual([
      '<6>[intent_router] Received Q_X: {"module_name":"audio"} id=01J\n',
      '<6>[intent_router] Emitted Q_X: {"module_name":"audio"} id=01J\n',
    ]);
    expect(lines('journal', both, 'warn')).toEqual([]);
  });
});

describe('a log in a pipe', () => {
  it('is an object of JSON a line, with daemon, id and text, an error of many lines too', () => {
    const [said, failed] = lines('json', (log) => {
      logReceived(log, SAID);
      log.error({ err: new Error('first\nsecond') }, 'It failed');
    });
    expect(JSON.parse(said!)).toMatchObject({
      level: 30,
      daemon: 'intent_router',
      id: '01J',
      msg: 'Received Q_X: {"module_name":"audio"}',
    });
    expect(failed!.indexOf('\n')).toBe(failed!.length - 1);
    expect(JSON.parse(failed!)).toMatchObject({ level: 50, err: { type: 'Error', message: 'first\nsecond' } });
  });

  it('reads as words again; what is no line of a log stays as it is', () => {
    const [said] = lines('json', (log) => logEmitted(log, SAID));
    expect(renderLogLine('intent_router', said!.trimEnd())).toContain(
      '[intent_router] Emitted Q_X: {"module_name":"audio"} id=01J',
    );
    expect(renderLogLine('hub', 'Segmentation fault')).toBe('[hub] Segmentation fault');
  });

  it.each([
    ['no time, as a crash writes it', '{"level":50,"daemon":"hub","msg":"Aborted"}'],
    ['a time that is no number', '{"level":50,"time":"noon","daemon":"hub","msg":"Aborted"}'],
    ['a time beyond all dates', '{"level":50,"time":1e300,"daemon":"hub","msg":"Aborted"}'],
  ])('reads as words with %s', (_, line) => {
    expect(renderLogLine('hub', line)).toContain('--:--:--.--- error [hub] Aborted');
  });

  it('stays as it is where a line only looks like one of a log', () => {
    expect(renderLogLine('hub', '{ [Error: x] }')).toBe('[hub] { [Error: x] }');
  });
});

describe('a log on a terminal', () => {
  it('begins with the time, and names every level but that of information', () => {
    const [info, warning] = lines('pretty', (log) => {
      log.info('Ready');
      log.warn({ pid: 7 }, 'Slow');
    });
    expect(info).toMatch(/\d\d:\d\d:\d\d\.\d{3}.* \[intent_router\] Ready/);
    expect(warning).toContain(' warn [intent_router] Slow pid=7');
  });
});
