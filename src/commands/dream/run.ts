import { Args, Flags } from '@oclif/core';
import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { confirmed } from '../../lib/cli/confirm.js';
import { watchCycle } from '../../lib/cli/dream-watch.js';
import { resultPage } from '../../lib/cli/dream-page.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { pathsOf } from '../../lib/config/paths.js';
import { readCandidates } from '../../lib/dream/candidates.js';
import { readyFor } from '../../lib/dream/cycle/prerequisites.js';
import { cycleIdOf } from '../../lib/dream/cycle/request.js';
import { runCycle } from '../../lib/dream/cycle/run-cycle.js';
import { readExperiments } from '../../lib/dream/experiment-file.js';
import type { DreamResult } from '../../lib/dream/result.js';

const RANDOM_TAIL = 36 ** 6;

/** Runs a cycle in the foreground. */
export default class DreamRun extends KlorosCommand {
  static override summary = 'Run a D-REAM cycle in the foreground and watch it';
  static override description = `Searches, plays the tournament and measures the champion against what is in use, as the daemons do.
Its result stands in dream_lab; nothing is deployed and no promotion is acknowledged. Ctrl-C ends it with all it started.`;
  static override examples = [
    '<%= config.bin %> dream run compression --dry-run',
    '<%= config.bin %> dream run compression --seed 7 --candidates 6 --yes',
  ];
  static override args = { experiment: Args.string({ description: 'name or topic; without it all that are enabled' }) };
  static override flags = {
    seed: Flags.integer({ summary: 'Same seed, same candidates', min: 0 }),
    candidates: Flags.integer({ summary: 'Most candidates of an experiment', min: 1 }),
    yes: Flags.boolean({ summary: 'Run without asking' }),
    'dry-run': Flags.boolean({ summary: 'Show what would run' }),
  };

  async run(): Promise<DreamResult | { experiments: string[] } | null> {
    const { args, flags } = await this.parse(DreamRun);
    const { config } = await this.settings();
    const { dream, dreamLab } = pathsOf(config);
    const experiments = await readExperiments(dream);
    for (const warning of experiments.warnings) this.warn(`${experiments.path}, ${warning}`);
    if (flags.seed !== undefined) experiments.run.seed = flags.seed;
    if (flags.candidates !== undefined) experiments.run.global_budget.max_candidates = flags.candidates;
    const topic = args.experiment ?? null;
    const ready = await readyFor(topic, experiments, { dream: config.dream, dreamLab });
    const names = 'names' in ready ? ready.names : [];
    if (names.length > 0) this.log(`Runs the evaluators of ${names.join(', ')}`);
    if (flags['dry-run']) return { experiments: names };
    if (names.length > 0 && !(await this.#confirmed(flags.yes))) return null;
    const cycleId = cycleIdOf(systemClock.nowMs(), Math.floor(Math.random() * RANDOM_TAIL).toString(36));
    const request = { cycleId, triggerId: null, topic, reason: 'asked for on the command line', promotions: [] };
    const { interrupted: abort } = this;
    const place = { config, dreamLab, experiments, clock: systemClock, deployRoot: config.deployRoot, abort };
    const result = await watchCycle({ mode: this.mode, clock: systemClock, abort }, async (watch) =>
      runCycle(request, { ...place, watch }),
    );
    if (!result.success) this.status = ExitCode.failed;
    const candidates = await readCandidates(dreamLab, cycleId);
    this.log(resultPage(result, { widthColumns: process.stdout.columns, candidates }));
    return result;
  }

  async #confirmed(yes: boolean): Promise<boolean> {
    return confirmed('Run them?', { yes, mode: this.mode, abort: this.interrupted });
  }
}
