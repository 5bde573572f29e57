import { mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.js';
import { errorCode } from '../base/errors.js';
import { pathsOf } from '../config/paths.js';
import { probeFolder, probeQuestionId } from '../config/probes.js';
import type { Config } from '../config/schema.js';
import { submitIntent } from '../intents/submit.js';
import { timeOfId } from '../signals/id.js';

/** A probe that was asked. */
export interface Probe {
  /** Id of the signal that its intent becomes. */
  id: string;
  /** Epoch milliseconds of its file. */
  askedMs: number;
}

/** Who asks, and where. */
export interface ProbeRunOptions {
  config: Config;
  clock: Clock;
  /** ULID, another one for every run. */
  run: string;
}

/** What a run that was killed left behind goes when the next one begins, unless it may still be going on. */
const STALE_MS = 3_600_000;
const EMITTED_BY = 'kloros health latency';

/** A series of probes: intents about modules that are made for them, and all of it taken away at the end. */
export class ProbeRun {
  readonly #options: ProbeRunOptions;
  readonly #folder: string;
  readonly #files: string[] = [];

  constructor(options: ProbeRunOptions) {
    this.#options = options;
    this.#folder = probeFolder(options.run, options.config);
  }

  /** Asks a question of its own about a module of its own, so that nothing can be answered from memory. */
  async ask(index: number): Promise<Probe> {
    const { config, clock, run } = this.#options;
    const path = join(this.#folder, `probe_${index}`);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, '__init__.py'), moduleText(run, index));
    const nowMs = clock.nowMs();
    const content = JSON.stringify(intentOf(probeQuestionId(run, index), path, nowMs));
    const { file, signal_id: id } = await submitIntent(content, { config, nowMs, what: 'The probe' });
    this.#files.push(file);
    return { id, askedMs: timeOfId(id) ?? nowMs };
  }

  /** Whether a question is one of this run's. */
  owns(questionId: unknown): boolean {
    return typeof questionId === 'string' && questionId.startsWith(probeQuestionId(this.#options.run, ''));
  }

  /** Takes away the modules, what was recorded of them, and the intents that nobody has read yet. */
  async remove(): Promise<void> {
    await Promise.all([...this.#files, this.#folder].map(removeTree));
    await removeStale(pathsOf(this.#options.config).probes, this.#options.clock.nowMs() - STALE_MS);
  }
}

function moduleText(run: string, index: number): string {
  return `"""Answers a probe of the colony's latency."""\n\n\ndef answer_${index}():\n    """Tell probes apart."""\n    return "${run}"\n`;
}

function intentOf(id: string, path: string, nowMs: number) {
  return {
    type: 'curiosity_investigate',
    id,
    priority: 'normal',
    reason: 'measures how long an intent takes; nothing is learned or registered',
    data: { question: 'What does this probe do?', evidence: [`path:${path}`, 'has_init:true'] },
    generated_at: nowMs / 1_000,
    emitted_by: EMITTED_BY,
  };
}

async function removeStale(probes: string, beforeMs: number): Promise<void> {
  const runs = await readdir(probes).catch((): string[] => []);
  const stale = runs.filter((run) => (timeOfId(run) ?? Infinity) < beforeMs);
  await Promise.all(stale.map((run) => removeTree(join(probes, run))));
  await rmdir(probes).catch((error: unknown) => {
    if (!['ENOTEMPTY', 'ENOENT', 'EEXIST'].includes(errorCode(error) ?? '')) throw error;
  });
}

function removeTree(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true });
}
