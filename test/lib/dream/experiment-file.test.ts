import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { stringify } from 'yaml';
import { describe, expect, it, onTestFinished } from 'vitest';
import { KlorosError } from '../../../src/lib/base/errors.js';
import { pathsOf } from '../../../src/lib/config/paths.js';
import { writeDemoExperiment } from '../../../src/lib/demo/dream-experiment.js';
import { readExperiments } from '../../../src/lib/dream/experiment-file.js';
import { readMetrics } from '../../../src/lib/dream/evaluator-output.js';
import { objectivesIn } from '../../../src/lib/dream/objectives.js';
import { exampleFiles } from '../../../src/lib/dream/init.js';
import { freshConfig } from '../../daemons/surroundings.js';
import { experimentsOf, experimentWith, plainExperiment } from './experiments.js';
import fc from '../../helpers/property.js';

const GOOD = `run:
  seed: 7
experiments:
  - name: audio
    search_space:
      codec: [opus, mp3]
      bitrate: {type: int, min: 8, max: 320, scale: log}
      vbr: {type: bool, when: {codec: mp3}}
    baseline: {codec: opus, bitrate: 64}
    evaluator:
      command: [python3, eval.py]
    metrics:
      target_direction: {size: down}
`;

/** Why a text is refused. */
async function complaintsOf(text: string): Promise<string> {
  const error: unknown = await experimentsOf(text).catch((thrown: unknown) => thrown);
  if (!(error instanceof KlorosError)) throw new Error('it was not refused');
  return error.why ?? '';
}

describe('dream.yaml', () => {
  it('is read with defaults for what it does not say', async () => {
    const { experiments, run, mutators, warnings } = await experimentsOf(GOOD);
    expect(warnings).toEqual([]);
    expect(run).toMatchObject({ seed: 7, scheduling: { max_parallel: 1 } });
    expect(mutators.map(({ name }) => name)).toEqual(['gaussian_nudge', 'categorical_swap']);
    expect(experiments[0]).toMatchObject({
      enabled: true,
      search_space: { codec: { type: 'choice', values: ['opus', 'mp3'] }, bitrate: { scale: 'log' } },
      evaluator: { timeoutSec: 60, memoryMb: 1_024, repeats: 1 },
      selector: { kind: 'tournament', bracket: 8 },
    });
  });

  it('may be empty of experiments, and must exist', async () => {
    expect((await experimentsOf('experiments: []\n')).experiments).toEqual([]);
    expect(await complaintsOf('run: {}\n')).toBe('line 1: experiments is missing');
  });

  it.each([
    [
      'a wrong number',
      ['min: 8', 'min: eight'],
      'line 7: experiments[0].search_space.bitrate.min expected number, received string',
    ],
    [
      'a range that is none',
      ['max: 320', 'max: 4'],
      'line 7: experiments[0].search_space.bitrate.max must be more than min, 8',
    ],
    ['a log scale from zero', ['min: 8', 'min: 0'], 'bitrate.min must be more than 0 on a log scale'],
    [
      'a baseline outside the space',
      ['bitrate: 64', 'bitrate: 900'],
      'line 9: experiments[0].baseline.bitrate 900 is not within 8 and 320',
    ],
    [
      'a baseline that misses a parameter',
      ['{codec: opus, bitrate: 64}', '{codec: opus}'],
      'baseline.bitrate is missing',
    ],
    [
      'a condition on a later parameter',
      ['when: {codec: mp3}', 'when: {other: 1}'],
      'when.other must be a parameter above this one',
    ],
    ['a condition on no value', ['when: {codec: mp3}', 'when: {codec: wav}'], '"wav" is not one of opus, mp3'],
    [
      'a command that is one text',
      ['[python3, eval.py]', 'python3 eval.py'],
      'evaluator.command expected a list: the program and each of its arguments',
    ],
    [
      'a direction that is none',
      ['size: down', 'size: sideways'],
      'line 13: experiments[0].metrics.target_direction.size',
    ],
    [
      'a parameter of no kind',
      ['{type: bool, when: {codec: mp3}}', '3'],
      'search_space.vbr expected a list of values, or {type: int|float|bool|choice, …}',
    ],
    ['a name that leaves its folder', ['name: audio', 'name: ../audio'], 'line 4: experiments[0].name must be letters'],
  ])('is refused for %s, with line and key', async (_what, [from = '', to = ''], complaint) => {
    expect(await complaintsOf(GOOD.replace(from, to))).toContain(complaint);
  });

  it('names everything that is wrong at once', async () => {
    const complaints = await complaintsOf(GOOD.replace('min: 8', 'min: eight').replace('size: down', 'size: sideways'));
    expect(complaints.split('\n')).toHaveLength(2);
  });

  it('is refused where it is not YAML, with the line', async () => {
    expect(await complaintsOf('run: {}\nexperiments: [\n')).toMatch(/^line 3: it is not YAML/);
  });

  it('has the line to write instead of a Python class', async () => {
    const text = GOOD.replace('command: [python3, eval.py]', 'path: lab/eval.py\n      class: Judge');
    expect(await complaintsOf(text)).toMatch(
      /^line 11: .*evaluator\.path .*write command: \["python3", "lab\/eval\.py"\]/,
    );
  });

  it('may have keys that nobody knows: they are named and ignored', async () => {
    const { warnings, experiments } = await experimentsOf(
      GOOD.replace('    baseline:', '    baselin: {}\n    baseline:'),
    );
    expect(warnings).toEqual(['line 9: experiments[0].baselin is unknown and was ignored; did you mean baseline?']);
    expect(experiments).toHaveLength(1);
  });

  const withRoot = (folder: string) => GOOD.replace('seed: 7\n', `seed: 7\n  artifact_root: ${folder}\n`);

  it('is told that its own folder for cycles is not followed', async () => {
    const { warnings } = await experimentsOf(withRoot('/elsewhere'));
    expect(warnings).toEqual([expect.stringContaining('line 3: run.artifact_root is not followed: cycles')]);
    expect((await experimentsOf(withRoot('./dream_lab'))).warnings).toEqual([]);
  });

  it('may not name two experiments alike', async () => {
    const twice = stringify({ experiments: [plainExperiment(), plainExperiment()] });
    expect(await complaintsOf(twice)).toContain('experiments[1].name plain is the name of another one');
  });

  it('does not let artefacts leave the working folder', async () => {
    await expect(experimentWith({ artifacts: ['../../etc/passwd'] })).rejects.toThrow('is wrong');
  });

  it('is either read or refused in words, whatever it says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (space, evaluator) => {
        const text = stringify({ experiments: [plainExperiment({ search_space: space, evaluator })] });
        const outcome: unknown = await experimentsOf(text).catch((thrown: unknown) => thrown);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'INVALID_EXPERIMENTS' });
      }),
      { numRuns: 200, seed: 4 },
    );
  });
});

const EXISTING = `run:
  seed: 42
  artifact_root: /srv/lab/artifacts
  global_budget: {wallclock_sec: 3600, max_candidates: 128, max_generations: 20}
  scheduling: {max_parallel: 2}
mutators:
  - {name: gaussian_nudge, kind: numeric, sigma: 0.15}
  - {name: categorical_swap, kind: categorical, p: 0.25}
fitness_aggregation:
  method: weighted_sum
  weights: {throughput: 0.6, latency: -0.3, wear: 0}
experiments:
  - name: rag
    enabled: true
    search_space:
      chunk: [256, 512]
      windows: [[1, 2], [3, 4]]
    evaluator:
      command: [python3, rag.py]
    budget: {wallclock_sec: 600, max_candidates: 32, max_generations: 8}
    metrics:
      target_direction: {context_recall: up, response_ms: down, writes: down, tokens: neutral}
      map: {context_recall: throughput, response_ms: latency, writes: wear}
    selector: {kind: rzero, tournament_size: 4, survivors: 2, elitism: 1, fresh_inject: 1}
    param_mapping: {chunk: RAG_CHUNK, windows: RAG_WINDOWS}
`;

describe('a file of an existing installation', () => {
  it('is read once its evaluators are rewritten, and told where it is followed otherwise', async () => {
    const { experiments, warnings, ...file } = await experimentsOf(EXISTING);
    const [rag] = experiments;
    expect(warnings).toEqual([
      expect.stringContaining('run.artifact_root is not followed'),
      'line 24: experiments[0].selector.kind "rzero" is not known: parents are chosen by tournament',
      expect.stringContaining('line 17: experiments[0].search_space.windows has values that are lists'),
    ]);
    expect(rag?.search_space['windows']).toMatchObject({ type: 'choice', values: ['[1,2]', '[3,4]'] });
    expect(objectivesIn(rag!.metrics, file.fitness_aggregation.weights)).toEqual([
      { metric: 'context_recall', direction: 'up', weight: 0.6 },
      { metric: 'response_ms', direction: 'down', weight: 0.3 },
    ]);
    const printed = '{"context_recall": 0.5, "response_ms": 20, "writes": 3}';
    expect(readMetrics(printed, rag!.metrics)).toEqual({ ok: true, metrics: JSON.parse(printed) as object });
  });

  it('is refused where none of its metrics says what is better', async () => {
    const why = 'target_direction has no metric that is up or down and weighs anything';
    expect(await complaintsOf(GOOD.replace('{size: down}', '{size: neutral}'))).toContain(why);
    expect(await complaintsOf(GOOD.replace('{size: down}', '{size: down}\n      weights: {size: 0}'))).toContain(why);
  });
});

describe('the shipped example', () => {
  it('configures every parameter of its winner, also in the demo', async () => {
    const config = freshConfig();
    onTestFinished(() => rmSync(dirname(config.home), { recursive: true, force: true }));
    const [example] = await exampleFiles(pathsOf(config).dream, config.home);
    await writeDemoExperiment(config);
    for (const { experiments } of [
      await experimentsOf(example?.content ?? ''),
      await readExperiments(pathsOf(config).dream),
    ])
      expect(Object.keys(experiments[0]?.param_mapping ?? {})).toEqual(Object.keys(experiments[0]?.search_space ?? {}));
  });
});
