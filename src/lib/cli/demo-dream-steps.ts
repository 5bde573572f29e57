import chalk from 'chalk';
import type { ListrTask } from 'listr2';
import { own } from '../base/own.js';
import { timeoutSignal } from '../base/timers.js';
import { changeText } from '../deployment/verdict.js';
import { EXPERIMENT, writeDemoExperiment } from '../demo/dream-experiment.js';
import { evolve, expectRestored } from '../demo/evolve.js';
import type { Signal } from '../signals/envelope.js';
import type { DemoStepsOptions, Stage } from './demo-stage.js';
import { operatorsReason, rollBackAndTell } from './roll-back.js';

/** A cycle is dozens of processes, and the machine may be slow. */
const FLOW_LIMIT_MS = 180_000;

/** The second flow: a promotion becomes a deployed winner, which is then taken back. */
export function dreamSteps(options: DemoStepsOptions): ListrTask<Stage>[] {
  return [
    { title: 'Drop a promotion: smaller archives', task: (stage, task) => evolveIn(stage, options, task) },
    { title: 'Take the winner back', task: takeBack },
  ];
}

interface Titled {
  title: string;
}

async function evolveIn(stage: Stage, options: DemoStepsOptions, task: Titled): Promise<void> {
  const { running, sandbox } = stage;
  if (!running || !sandbox) return;
  await writeDemoExperiment(sandbox.config);
  const { title } = task;
  const words: string[] = [];
  const onSignal = (signal: Signal) => {
    const word = wordFor(signal);
    if (word === undefined || words.includes(word)) return;
    words.push(word);
    task.title = `${title}  ${words.join(chalk.dim(' → '))}`;
  };
  const following = { bus: running.bus, config: sandbox.config, nowMs: () => options.clock.nowMs(), onSignal };
  const abort = AbortSignal.any([options.abort, timeoutSignal(FLOW_LIMIT_MS)]);
  stage.evolved = await evolve(following, abort);
  const { fitness_improvement: gain, tookMs } = stage.evolved;
  task.title += ` ${chalk.dim(`${gain === null ? '' : `${changeText(gain)} smaller, `}${tookMs} ms`)}`;
}

async function takeBack({ sandbox, evolved }: Stage, task: Titled): Promise<void> {
  if (!sandbox || !evolved) return;
  const { config } = sandbox;
  const why = { ...operatorsReason('the end of the demo'), only: evolved.deployment_id };
  const { files } = await rollBackAndTell(config, EXPERIMENT, why);
  await expectRestored(config);
  task.title += chalk.dim(
    `: ${files.map(({ path, state }) => `${path.split('/').at(-1) ?? ''} ${state}`).join(', ')}, every byte`,
  );
}

const WORD: Readonly<Record<string, string>> = {
  Q_PROMOTIONS_DETECTED: 'noticed',
  Q_DREAM_TRIGGER: 'decided',
  Q_DREAM_STEP: 'searched',
  Q_TOURNAMENT_MATCH: 'played',
  Q_WINNER_DEPLOYED: 'deployed',
};

function wordFor({ signal, facts }: Signal): string | undefined {
  if (signal === 'Q_DREAM_COMPLETE') return `winner ${String(facts['tournament_winner'])}`;
  return own(WORD, signal);
}
