import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { readyFor } from '../../../../src/lib/dream/cycle/prerequisites.js';
import { temporaryFolder } from '../../../helpers/temporary-folders.js';
import { experimentsOf, plainExperiment } from '../experiments.js';

const ANY = { timeLimitMs: 1, maxLoad: 100_000, minFreeMb: 0, matches: 1 };
const EXPERIMENTS = [
  plainExperiment({ name: 'one', topics: ['fast'] }),
  plainExperiment({ name: 'two' }),
  plainExperiment({ name: 'off', topics: ['fast'], enabled: false }),
];

async function ready(topic: string | null, limits: Partial<typeof ANY> = {}, experiments: unknown[] = EXPERIMENTS) {
  const place = { dream: { ...ANY, ...limits }, dreamLab: temporaryFolder() };
  return readyFor(topic, await experimentsOf(stringify({ experiments })), place);
}

const failure = (error_type: string, words: string) => ({
  failure: { error_type, error_message: expect.stringContaining(words) as string },
});

describe('a cycle can begin', () => {
  it('with all experiments that are enabled, or those that a topic or a name means', async () => {
    expect(await ready(null)).toEqual({ names: ['one', 'two'] });
    expect(await ready('fast')).toEqual({ names: ['one'] });
    expect(await ready('two')).toEqual({ names: ['two'] });
  });
});

describe('a cycle cannot begin', () => {
  it('without an experiment that is enabled and meant', async () => {
    expect(await ready('off')).toMatchObject(failure('NoExperiment', 'off (disabled)'));
    expect(await ready('unknown')).toMatchObject(failure('NoExperiment', 'the name or topic unknown'));
    expect(await ready(null, {}, [])).toMatchObject(failure('NoExperiment', 'no experiment is enabled'));
  });

  it.each([
    ['no-such-program', 'no-such-program is not on the PATH'],
    ['./no-such.sh', 'no-such.sh does not exist'],
  ])('where the evaluator %s is not there', async (command, words) => {
    const experiments = [plainExperiment({ evaluator: { command: [command] } })];
    expect(await ready(null, {}, experiments)).toMatchObject(failure('EvaluatorMissing', words));
  });

  it('where the folder of the evaluator is not there', async () => {
    const experiments = [plainExperiment({ evaluator: { command: ['true'], cwd: 'nowhere' } })];
    expect(await ready(null, {}, experiments)).toMatchObject(failure('EvaluatorMissing', 'nowhere does not exist'));
  });

  it('on a full disk or a busy machine, and says what the limit is called', async () => {
    expect(await ready(null, { minFreeMb: 1e12 })).toMatchObject(failure('DiskFull', 'dream.minFreeMb'));
    expect(await ready(null, { maxLoad: -1 })).toMatchObject(failure('MachineBusy', 'dream.maxLoad, -1'));
  });
});
