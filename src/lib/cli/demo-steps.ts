import { basename } from 'node:path';
import chalk from 'chalk';
import { Listr, ListrLogger, ProcessOutput, type ListrTask } from 'listr2';
import type { Clock } from '../base/clock.js';
import { own } from '../base/own.js';
import { timeoutSignal } from '../base/timers.js';
import { pathsOf, PORT_COUNT } from '../config/paths.js';
import { ask, type Chain, type Question } from '../demo/ask.js';
import { startDemoColony, type DemoColonyOptions } from '../demo/demo-colony.js';
import { expectOutcome, reasonOf } from '../demo/expect.js';
import type { Outcome } from '../demo/outcome.js';
import type { Facts } from '../signals/envelope.js';
import { makeSandbox } from '../demo/sandbox.js';
import { dreamSteps } from './demo-dream-steps.js';
import type { DemoStepsOptions, Stage } from './demo-stage.js';

interface Asked {
  question: Question;
  expected: Outcome;
}

const WORD: Readonly<Record<string, string>> = {
  Q_CURIOSITY_INVESTIGATE: 'routed',
  Q_INVESTIGATION_COMPLETE: 'investigated',
  Q_MODULE_INTEGRATED: 'registered',
  Q_MODULE_DISCOVERED: 'announced',
  Q_INTEGRATION_FAILED: 'refused',
};
const STEP_LIMIT_MS = 10_000;
const NAME_WIDTH = 13;

/** The demo as steps on stderr; what they make is in the stage, also when one of them fails. */
export async function runDemoSteps(stage: Stage, options: DemoStepsOptions): Promise<void> {
  const tasks: ListrTask<Stage>[] = [
    { title: 'Make a home, ports and a copy of real code', task: (ctx, task) => prepare(ctx, options, task) },
    { title: 'Start the colony', task: (ctx, task) => start(ctx, options, task) },
    {
      title: 'Drop an intent for each module',
      task: (ctx, task) => task.newListr(discover(ctx, options), { concurrent: true }),
    },
    { title: 'Ask again what is known', task: (ctx, task) => task.newListr(again(ctx, options)) },
    { title: 'Ask about a module that does not exist', task: (ctx, task) => task.newListr(phantom(ctx, options)) },
    ...dreamSteps(options),
    { title: 'Stop the colony in order', task: (ctx) => ctx.running?.stop() },
  ];
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) });
  const rendererOptions = { logger, collapseSubtasks: false };
  await new Listr(tasks, { renderer: options.renderer, rendererOptions, registerSignalListeners: false }).run(stage);
}

interface Titled {
  title: string;
  output: string;
}

async function prepare(stage: Stage, options: DemoStepsOptions, task: Titled): Promise<void> {
  const sandbox = await makeSandbox(options);
  stage.sandbox = sandbox;
  const { home, portBase } = sandbox.config;
  task.title = `Made a home in ${home}, ports ${portBase} to ${portBase + PORT_COUNT - 1}`;
}

async function start(stage: Stage, options: DemoStepsOptions, task: Titled): Promise<void> {
  const { sandbox } = stage;
  if (!sandbox) return;
  const startMs = options.clock.monotonicMs();
  let ready = 0;
  const onTransition: DemoColonyOptions['onTransition'] = ({ name, state }) => {
    if (state !== 'RUNNING' || stage.readyInMs !== undefined) return;
    ready += 1;
    task.output = `${name} is ready, ${ready} of ${options.members.length}`;
  };
  stage.running = await startDemoColony(sandbox, { ...options, onTransition });
  stage.readyInMs = Math.round(options.clock.monotonicMs() - startMs);
  task.title = `Started ${options.members.length} daemons, each a process, in ${stage.readyInMs} ms`;
}

function discover(stage: Stage, options: DemoStepsOptions): ListrTask<Stage>[] {
  const modules = stage.sandbox?.modules ?? [];
  return modules.map((path) => step(options, { question: { path, round: 1 }, expected: 'announced' }));
}

function again(stage: Stage, options: DemoStepsOptions): ListrTask<Stage>[] {
  const path = stage.sandbox?.modules.at(-1);
  return path === undefined ? [] : [step(options, { question: { path, round: 2 }, expected: 'remembered' })];
}

function phantom(stage: Stage, options: DemoStepsOptions): ListrTask<Stage>[] {
  const path = stage.sandbox?.phantom;
  return path === undefined ? [] : [step(options, { question: { path, round: 1 }, expected: 'refused' })];
}

function step(options: { clock: Clock; abort: AbortSignal }, { question, expected }: Asked): ListrTask<Stage> {
  const name = basename(question.path).padEnd(NAME_WIDTH);
  return {
    title: name,
    task: async (stage, task) => {
      const { running, sandbox } = stage;
      if (!running || !sandbox) return;
      const words: string[] = [];
      const onSignal = ({ signal, facts }: Chain['signals'][number]) => {
        words.push(wordFor(signal, facts));
        task.title = `${name} ${words.join(chalk.dim(' → '))}`;
      };
      const asking = { bus: running.bus, clock: options.clock, folder: pathsOf(sandbox.config).intents, onSignal };
      const chain = await ask(question, asking, AbortSignal.any([options.abort, timeoutSignal(STEP_LIMIT_MS)]));
      stage.chains.push(chain);
      expectOutcome(chain, expected);
      task.title += ` ${chalk.dim(`${tookMs(chain)} ms`)}${whyText(chain)}`;
    },
  };
}

function wordFor(signal: string, facts: Facts): string {
  if ('answered_from' in facts) return 'answered from the record';
  return `${own(WORD, signal) ?? signal}${facts['init_created'] === true ? ', its __init__.py made' : ''}`;
}

function tookMs({ signals, askedAtMs }: Chain): number {
  return Math.max(0, Date.parse(signals.at(-1)?.timestamp ?? '') - askedAtMs);
}

function whyText(chain: Chain): string {
  const reason = reasonOf(chain);
  return reason === undefined ? '' : chalk.dim(`: ${reason}`);
}
