import { readFile } from 'node:fs/promises';
import { Flags } from '@oclif/core';
import { cutText } from '../lib/base/cut-text.js';
import { daemons } from '../daemons/index.js';
import { systemClock } from '../lib/base/clock.js';
import { KlorosCommand } from '../lib/cli/base-command.js';
import { demoReport, type DemoResult } from '../lib/cli/demo-report.js';
import type { DemoStepsOptions, Stage } from '../lib/cli/demo-stage.js';
import { runDemoSteps } from '../lib/cli/demo-steps.js';
import { hopLatencies } from '../lib/demo/latency.js';
import { whatWasLearned } from '../lib/demo/learned.js';
import { lineDiff } from '../lib/base/line-diff.js';
import type { Sandbox } from '../lib/demo/sandbox.js';

const LOG_LINES = 8;
const LOG_LINE_LENGTH = 200;

/** Shows the whole flow on real code. */
export default class Demo extends KlorosCommand {
  static override summary = 'Watch real code being registered, and a better configuration deployed and taken back';
  static override description = `Starts a colony of real processes in a temporary home with ports of its own, so that it meets no other,
drops intents about this project and the Python package inside npm, and shows what the daemons make of them; then a promotion, which becomes a D-REAM cycle and a deployed winner.`;
  static override examples = [
    '<%= config.bin %> demo',
    '<%= config.bin %> demo --keep',
    '<%= config.bin %> demo --json',
  ];
  static override flags = { keep: Flags.boolean({ summary: 'Keep the home, to look at it afterwards' }) };

  async run(): Promise<DemoResult> {
    const { flags } = await this.parse(Demo);
    const startMs = systemClock.monotonicMs();
    const stage: Stage = { chains: [] };
    try {
      await runDemoSteps(stage, this.#stepOptions());
      const tookMs = Math.round(systemClock.monotonicMs() - startMs);
      const result = { ...(await resultOf(stage)), kept: flags.keep, tookMs };
      this.log(demoReport(result, process.stdout.columns));
      return result;
    } catch (error) {
      if (!this.interrupted.aborted) await this.#showLog(stage);
      throw error;
    } finally {
      await cleanUp(stage, flags.keep);
    }
  }

  #stepOptions(): DemoStepsOptions {
    const isLive = process.stderr.isTTY && process.env['CI'] === undefined;
    return {
      renderer: this.mode === 'json' ? 'silent' : isLive ? 'default' : 'simple',
      program: { root: this.config.root, fromSources: import.meta.url.endsWith('.ts') },
      packageRoot: this.config.root,
      members: daemons,
      env: process.env,
      clock: systemClock,
      random: Math.random,
      abort: this.interrupted,
    };
  }

  /** The end of what the daemons said, since the home may be gone when one wants to look. */
  async #showLog({ running }: Stage): Promise<void> {
    if (!running) return;
    await running.stop();
    const lines = (await readFile(running.logPath, 'utf8')).trimEnd().split('\n');
    const last = lines.slice(-LOG_LINES).map((line) => cutText(line, LOG_LINE_LENGTH));
    this.note(['The daemons said last:', ...last].join('\n  '));
  }
}

async function cleanUp({ running, sandbox }: Stage, keep: boolean): Promise<void> {
  try {
    await running?.stop();
  } finally {
    if (!keep) await sandbox?.remove();
  }
}

async function resultOf({
  sandbox,
  chains,
  evolved,
  readyInMs = 0,
}: Stage): Promise<Omit<DemoResult, 'kept' | 'tookMs'>> {
  if (!sandbox || !evolved) throw new TypeError('the demo has not run to its end');
  const { config } = sandbox;
  const learned = await whatWasLearned(config, chains);
  return {
    home: config.home,
    readyInMs,
    learned,
    latencies: hopLatencies(chains),
    registryDiff: await registryDiff(sandbox),
    evolved,
  };
}

async function registryDiff({ config, registryBefore }: Sandbox) {
  return lineDiff(registryBefore, await readFile(config.capabilitiesPath, 'utf8'));
}
