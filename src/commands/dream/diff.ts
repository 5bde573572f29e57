import { Args } from '@oclif/core';
import chalk from 'chalk';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { experimentNamed } from '../../lib/cli/deployment-choice.js';
import { renderTable } from '../../lib/cli/table.js';
import { deployedExperiments } from '../../lib/deployment/layout.js';
import { overviewOfDeployment, type DeploymentOverview } from '../../lib/deployment/overview.js';

/** Compares what is deployed. */
export default class DreamDiff extends KlorosCommand {
  static override summary = 'What a deployment changed, or what a proposal would change';
  static override description = 'Parameter by parameter, of every experiment that has deployed something, or of one.';
  static override examples = ['<%= config.bin %> dream diff', '<%= config.bin %> dream diff compression --json'];
  static override args = { experiment: Args.string({ description: 'only this one' }) };

  async run(): Promise<DeploymentOverview[]> {
    const { args } = await this.parse(DreamDiff);
    const { config } = await this.settings();
    const { deployRoot } = config;
    const names =
      args.experiment === undefined
        ? await deployedExperiments(deployRoot)
        : [await experimentNamed(deployRoot, args.experiment)];
    const overviews = await Promise.all(names.map((name) => overviewOfDeployment(deployRoot, name)));
    this.log(
      overviews.length === 0 ? `Nothing was deployed below ${deployRoot} yet.` : overviews.map(textOf).join('\n\n'),
    );
    return overviews;
  }
}

function textOf({ experiment, current, against, last, changes }: DeploymentOverview): string {
  const head = `${chalk.bold(experiment)}  ${current === null ? 'nothing deployed' : `in use: ${current}`}`;
  const other = against === null ? 'what was there before' : against.id;
  const before = current === null ? [] : [`before: ${other}`];
  const words = against?.kind === 'proposal' ? [`proposed: ${other}; kloros dream approve deploys it`] : before;
  const columns = [
    { title: 'parameter', cell: ({ parameter }: DeploymentOverview['changes'][number]) => parameter },
    { title: 'before', cell: ({ before }: DeploymentOverview['changes'][number]) => chalk.red(JSON.stringify(before)) },
    { title: 'after', cell: ({ after }: DeploymentOverview['changes'][number]) => chalk.green(JSON.stringify(after)) },
  ];
  const table = changes.length === 0 ? [] : [renderTable(changes, columns, { widthColumns: process.stdout.columns })];
  const lastLine = last === null ? [] : [chalk.dim(`last: ${last.id} ${last.stage}, ${last.reason}`)];
  return [head, ...words, ...table, ...lastLine].join('\n');
}
