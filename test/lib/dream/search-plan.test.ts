import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { childOf } from '../../../src/lib/dream/search/breed.js';
import { randomOf } from '../../../src/lib/dream/search/random.js';
import { searchPlanOf } from '../../../src/lib/dream/search-plan.js';
import { experimentsOf, plainExperiment } from './experiments.js';

const SPACE = { x: { type: 'float', min: 0, max: 1 }, codec: ['gzip', 'brotli', 'zstd'] };
const NUDGE = { name: 'gaussian_nudge', kind: 'numeric', sigma: 0.4 };
const SWAP = { name: 'categorical_swap', kind: 'categorical', p: 0.75 };

/** The plan of a file with these mutators, as a cycle makes it. */
async function planWith(file: Record<string, unknown>) {
  const experiments = [plainExperiment({ search_space: SPACE })];
  const read = await experimentsOf(stringify({ ...file, experiments }));
  const parts = { seed: 1, baseline: { x: 0.5, codec: 'gzip' }, idOffset: 0 };
  return searchPlanOf(read, read.experiments[0]!, parts);
}

/** Genes in which 100 children of two equal parents differ from these. */
function mutatedGenes({ space, mutation }: Awaited<ReturnType<typeof planWith>>): Set<string> {
  const random = randomOf('children');
  const parent = { genome: [0.5, 0.5], fitness: 1 };
  const children = Array.from({ length: 100 }, () => childOf([parent, parent], { space, mutation }, random));
  const names = Object.keys(space);
  return new Set(children.flatMap((child) => names.filter((_, index) => child[index] !== 0.5)));
}

describe('the mutators of dream.yaml', () => {
  it('are those that the search mutates by', async () => {
    const plan = await planWith({ mutators: [SWAP, NUDGE] });
    expect(plan.mutation).toEqual({ sigma: 0.4, swap: 0.75 });
    expect(mutatedGenes(plan)).toEqual(new Set(['x', 'codec']));
  });

  it('mutate by themselves where a file declares none', async () => {
    const plan = await planWith({});
    expect(plan.mutation).toEqual({ sigma: 0.15, swap: 0.25 });
    expect(mutatedGenes(plan)).toEqual(new Set(['x', 'codec']));
  });

  it('leave alone what none is declared for', async () => {
    expect(mutatedGenes(await planWith({ mutators: [NUDGE] }))).toEqual(new Set(['x']));
    expect(mutatedGenes(await planWith({ mutators: [SWAP] }))).toEqual(new Set(['codec']));
    expect(mutatedGenes(await planWith({ mutators: [] }))).toEqual(new Set());
  });

  it('are missed where somebody writes them into an experiment or into run, with the line', async () => {
    for (const [file, place] of [
      [{ run: { mutators: [NUDGE] }, experiments: [plainExperiment()] }, 'run.mutators'],
      [{ experiments: [plainExperiment({ mutators: [NUDGE] })] }, 'experiments[0].mutators'],
    ] as const) {
      const { warnings } = await experimentsOf(stringify(file));
      expect(warnings).toEqual([expect.stringMatching(/^line \d+: .* is unknown and was ignored/)]);
      expect(warnings[0]).toContain(place);
    }
  });
});
