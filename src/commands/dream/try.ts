import { Args, Flags } from '@oclif/core';
import chalk from 'chalk';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { paramsText } from '../../lib/cli/dream-tables.js';
import { evaluationText } from '../../lib/cli/dream-evaluation.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { pathsOf } from '../../lib/config/paths.js';
import { currentBaseline } from '../../lib/dream/baseline.js';
import type { Evaluation } from '../../lib/dream/evaluation.js';
import { readExperiments } from '../../lib/dream/experiment-file.js';
import { findExperiment } from '../../lib/dream/find-experiment.js';
import type { Params } from '../../lib/dream/parameter.js';
import { changedParams } from '../../lib/dream/params-input.js';
import { tryEvaluator } from '../../lib/dream/try.js';

/** Runs an evaluator once. */
export default class DreamTry extends KlorosCommand {
  static override summary = 'Run the evaluator of an experiment and show what it measures';
  static override description = `Judges what is in use now, or a candidate of your own, as a cycle would: with its limits, its working folder
and its repeats. A failure shows the end of what the evaluator wrote to stderr.`;
  static override examples = [
    '<%= config.bin %> dream try compression',
    '<%= config.bin %> dream try compression --param level=9 --json',
  ];
  static override args = { experiment: Args.string({ description: 'name of the experiment', required: true }) };
  static override flags = {
    param: Flags.string({ summary: 'Another value of a parameter', multiple: true, helpValue: 'NAME=VALUE' }),
  };

  async run(): Promise<{ experiment: string; params: Params; evaluation: Evaluation }> {
    const { args, flags } = await this.parse(DreamTry);
    const { config } = await this.settings();
    const experiments = await readExperiments(pathsOf(config).dream);
    const experiment = findExperiment(experiments, args.experiment);
    const { params: inUse } = await currentBaseline(experiment, config.deployRoot);
    const params = changedParams(experiment, inUse, flags.param ?? []);
    this.note(`${chalk.bold(experiment.name)} ${paramsText(params)}`);
    const { folder } = experiments;
    const evaluation = await tryEvaluator(experiment, params, { folder, abort: this.interrupted });
    if (!evaluation.ok) this.status = ExitCode.failed;
    this.log(evaluationText(experiment, evaluation));
    return { experiment: experiment.name, params, evaluation };
  }
}
