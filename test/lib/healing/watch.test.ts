import { beforeEach, describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/lib/config/schema.js';
import { BUILT_IN_RULES } from '../../../src/lib/healing/built-in.js';
import { ruleSchema, type RuleEvent } from '../../../src/lib/healing/rule-schema.js';
import { Watch, type Measure } from '../../../src/lib/healing/watch.js';

const NAME = 'worker';
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const { leaseMs: LEASE_MS } = configSchema.parse({
  home: '/h',
  sourceRoots: [],
  deployRoot: '/h/deployed',
  capabilitiesPath: '/h/c.yaml',
}).delivery;

const SILENT: RuleEvent = { event: 'watchdog', daemon: '*', for: MINUTE_MS };
const STORM: RuleEvent = { event: 'restart_storm', daemon: '*', restarts: 4, within: 10 * MINUTE_MS };
const BEHIND: RuleEvent = { event: 'lag_grows', daemon: '*', above: 100, for: 10 * MINUTE_MS };

type Process = Measure['processes'][number];
type Consumer = Measure['consumers'][number];

const holding: Consumer = { name: NAME, enabled: true, paused: false, lag: 0, waiting: 0, running: 1 };
const queueOf = (lag: number, more: Partial<Consumer> = {}): Consumer => ({ ...holding, running: 0, lag, ...more });
const beating = (beat: number, more: Partial<Process> = {}): Process => ({
  ...{ name: NAME, pid: 1, beat, isStopped: false },
  ...more,
});

let watch: Watch;
let nowMs: number;
beforeEach(() => {
  watch = new Watch();
  nowMs = 0;
});

/** One look, some time after the one before. */
function after(ms: number, seen: Partial<Measure>): void {
  nowMs += ms;
  watch.look({ monotonicMs: nowMs, leaseMs: LEASE_MS, consumers: [], processes: [], restarts: [], ...seen });
}

const subjects = (when: RuleEvent) => watch.sightings(when).map(({ subject }) => subject);

describe('a daemon that holds work and does not beat', () => {
  const silent = { consumers: [holding], processes: [beating(7)] };

  it('is seen when it was silent for the whole time, and not before', () => {
    after(0, silent);
    after(MINUTE_MS - 1, silent);
    expect(subjects(SILENT)).toEqual([]);
    after(1, silent);
    expect(watch.sightings(SILENT)).toEqual([
      {
        ...{ event: 'watchdog', subject: NAME, daemon: NAME, signal: null, facts: {}, sought: null },
        ...{ detail: 'worker holds work and does not beat', threshold: '60 s' },
      },
    ]);
  });

  it('is no longer seen once it beats, and has its whole time again', () => {
    after(0, silent);
    after(MINUTE_MS, silent);
    after(SECOND_MS, { ...silent, processes: [beating(8)] });
    expect(subjects(SILENT)).toEqual([]);
    after(MINUTE_MS - 1, { ...silent, processes: [beating(8)] });
    expect(subjects(SILENT)).toEqual([]);
  });

  it('is never seen where it holds nothing, and its time begins with the work that it takes up', () => {
    const idle = { ...silent, consumers: [{ ...holding, running: 0 }] };
    after(0, idle);
    after(60 * MINUTE_MS, idle);
    expect(subjects(SILENT)).toEqual([]);
    after(SECOND_MS, silent);
    after(MINUTE_MS - 1, silent);
    expect(subjects(SILENT)).toEqual([]);
  });

  it('is not seen while one of its instances beats, and is when all are silent', () => {
    const both = (beat: number) => ({ ...silent, processes: [beating(7), beating(beat, { pid: 2 })] });
    after(0, both(1));
    for (let beat = 2; beat < 10; beat += 1) {
      after(MINUTE_MS / 2, both(beat));
      expect(subjects(SILENT)).toEqual([]);
    }
    after(MINUTE_MS, both(9));
    expect(subjects(SILENT)).toEqual([NAME]);
  });

  it('is judged anew after the colony was held back', () => {
    after(0, silent);
    after(MINUTE_MS, silent);
    watch.beginAnew();
    after(0, silent);
    expect(subjects(SILENT)).toEqual([]);
    after(MINUTE_MS, silent);
    expect(subjects(SILENT)).toEqual([NAME]);
  });

  it('is forgotten when its process is gone, also where another takes its number over later', () => {
    after(0, silent);
    after(MINUTE_MS, { ...silent, processes: [] });
    expect(subjects(SILENT)).toEqual([]);
    after(0, silent);
    expect(subjects(SILENT)).toEqual([]);
  });

  it('is nothing to a rule that names another', () => {
    after(0, silent);
    after(MINUTE_MS, silent);
    expect(subjects({ ...SILENT, daemon: 'other' })).toEqual([]);
    expect(subjects({ ...SILENT, daemon: NAME })).toEqual([NAME]);
    expect(subjects(STORM)).toEqual([]);
  });
});

describe('a daemon that is stopped', () => {
  const stopped = { consumers: [], processes: [beating(7, { isStopped: true })] };

  it('is seen also where it holds nothing, and cleared when it goes on', () => {
    after(0, stopped);
    after(MINUTE_MS, stopped);
    expect(watch.sightings(SILENT)).toMatchObject([{ subject: NAME, detail: 'worker is stopped' }]);
    after(SECOND_MS, { processes: [beating(7)] });
    expect(subjects(SILENT)).toEqual([]);
  });

  it('is not seen where it was stopped for a moment, again and again', () => {
    for (let round = 0; round < 10; round += 1) {
      after(MINUTE_MS / 2, stopped);
      after(MINUTE_MS / 2, { processes: [beating(7)] });
      expect(subjects(SILENT)).toEqual([]);
    }
  });

  it('is not seen as stopped while another of its instances lives', () => {
    const processes = [beating(7, { isStopped: true }), beating(1, { pid: 2 })];
    after(0, { processes });
    after(60 * MINUTE_MS, { processes });
    expect(subjects(SILENT)).toEqual([]);
  });
});

describe('a daemon that is only slow', () => {
  const quick: RuleEvent = { ...SILENT, for: SECOND_MS };
  const silent = { consumers: [holding], processes: [beating(7)] };

  it('is left alone by the built-in rule for well longer than a lease', () => {
    const builtIn = BUILT_IN_RULES.map((rule) => ruleSchema.parse(rule)).find(({ when }) => when.event === 'watchdog');
    expect(builtIn?.enabled).toBe(true);
    after(0, silent);
    after(3 * LEASE_MS, silent);
    expect(subjects(builtIn!.when)).toEqual([]);
    after(LEASE_MS, silent);
    expect(subjects(builtIn!.when)).toEqual([NAME]);
  });

  it('is left alone for three leases, whatever a rule says', () => {
    after(0, silent);
    after(3 * LEASE_MS - 1, silent);
    expect(subjects(quick)).toEqual([]);
    after(1, silent);
    expect(watch.sightings(quick)).toMatchObject([{ subject: NAME, threshold: `${(3 * LEASE_MS) / SECOND_MS} s` }]);
  });

  it('is left alone where it beats late, but beats', () => {
    for (let beat = 0; beat < 20; beat += 1) {
      after(2 * LEASE_MS, { ...silent, processes: [beating(beat)] });
      expect(subjects(quick)).toEqual([]);
    }
  });
});

describe('a storm of restarts', () => {
  const counted = (restarts: number | null) => ({ restarts: [{ name: NAME, restarts }] });

  it('is seen when so many came within the time, and those before the first look do not count', () => {
    after(0, counted(1_000));
    after(SECOND_MS, counted(1_003));
    expect(subjects(STORM)).toEqual([]);
    after(SECOND_MS, counted(1_004));
    expect(watch.sightings(STORM)).toMatchObject([
      { subject: NAME, detail: 'worker was started again 4 times', threshold: '4 in 600 s' },
    ]);
  });

  it('is over when they are long ago', () => {
    after(0, counted(0));
    after(SECOND_MS, counted(4));
    after(10 * MINUTE_MS - 1, counted(4));
    expect(subjects(STORM)).toEqual([NAME]);
    after(1, counted(4));
    expect(subjects(STORM)).toEqual([]);
  });

  it('is none where the count begins anew, or nobody counts', () => {
    after(0, counted(9));
    after(SECOND_MS, counted(0));
    after(SECOND_MS, counted(null));
    after(SECOND_MS, counted(3));
    expect(subjects(STORM)).toEqual([]);
    after(SECOND_MS, counted(4));
    expect(subjects(STORM)).toEqual([NAME]);
  });
});

describe('a queue', () => {
  const waiting = (lag: number, more: Partial<Consumer> = {}) => ({ consumers: [queueOf(lag, more)] });

  it('that only grew for so long is seen, and what is under way counts with it', () => {
    after(0, waiting(90));
    after(5 * MINUTE_MS, waiting(150));
    after(5 * MINUTE_MS - 1, waiting(150));
    expect(subjects(BEHIND)).toEqual([]);
    after(1, waiting(150, { waiting: 40, running: 10 }));
    expect(watch.sightings(BEHIND)).toMatchObject([{ subject: NAME, detail: '200 wait for worker, which were 90' }]);
  });

  it('that is long but shrinks is only busy', () => {
    for (let lag = 10_000; lag > 9_000; lag -= 10) {
      after(MINUTE_MS, waiting(lag));
      expect(subjects(BEHIND)).toEqual([]);
    }
  });

  it('that a burst made long is only busy while it shrinks', () => {
    after(0, waiting(0));
    for (let lag = 50_000; lag > 40_000; lag -= 100) {
      after(MINUTE_MS, waiting(lag));
      expect(subjects(BEHIND)).toEqual([]);
    }
  });

  it('that is long and stays as long is not growing', () => {
    for (let round = 0; round < 30; round += 1) after(MINUTE_MS, waiting(5_000));
    expect(subjects(BEHIND)).toEqual([]);
  });

  it('that grew is over once it is shorter than it was', () => {
    after(0, waiting(90));
    after(10 * MINUTE_MS, waiting(500));
    expect(subjects(BEHIND)).toEqual([NAME]);
    after(MINUTE_MS, waiting(499));
    expect(subjects(BEHIND)).toEqual([]);
    after(9 * MINUTE_MS, waiting(500));
    expect(subjects(BEHIND)).toEqual([]);
  });

  it('that stays below what a rule allows is not seen', () => {
    after(0, waiting(0));
    for (let lag = 1; lag <= 100; lag += 1) after(MINUTE_MS, waiting(lag));
    expect(subjects(BEHIND)).toEqual([]);
    after(MINUTE_MS, waiting(101));
    expect(subjects(BEHIND)).toEqual([NAME]);
  });

  it.each([
    ['of a daemon that is paused', { paused: true }],
    ['of a daemon that was forgotten', { enabled: false }],
  ])('%s is not seen, and has its whole time when it goes on', (_what, more) => {
    after(0, waiting(90, more));
    after(60 * MINUTE_MS, waiting(5_000, more));
    expect(subjects(BEHIND)).toEqual([]);
    after(MINUTE_MS, waiting(5_000));
    after(9 * MINUTE_MS, waiting(6_000));
    expect(subjects(BEHIND)).toEqual([]);
  });

  it('is judged anew after the colony was held back', () => {
    after(0, waiting(90));
    after(10 * MINUTE_MS, waiting(500));
    watch.beginAnew();
    after(0, waiting(600));
    after(10 * MINUTE_MS - 1, waiting(700));
    expect(subjects(BEHIND)).toEqual([]);
    after(1, waiting(700));
    expect(subjects(BEHIND)).toEqual([NAME]);
  });
});
