import { join } from 'node:path';
import { pathsOf } from './paths.js';
import type { Config } from './schema.js';

/**
 * A probe is an intent that only measures: its question is about a module that its asker made for it, in a folder below
 * the home that nobody else uses. It is answered as every other question is, and nothing is learned or registered by it.
 */
const PROBE = /^kloros\.probe\.([0-9A-HJKMNP-TV-Z]{26})\.\d+$/;

/** Id of a probe's question; `run` is a ULID, which all probes of one asker share. */
export function probeQuestionId(run: string, index: number | ''): string {
  return `kloros.probe.${run}.${index}`;
}

/** Whether a question is a probe, by its id. */
export function isProbe(questionId: unknown): boolean {
  return typeof questionId === 'string' && PROBE.test(questionId);
}

/** The folder that holds everything of a run of probes. */
export function probeFolder(run: string, config: Pick<Config, 'home' | 'capabilitiesPath'>): string {
  return join(pathsOf(config).probes, run);
}

/** Folders that a question may be about: the source roots, or of a probe its own folder and no other (D9). */
export function rootsFor(
  questionId: unknown,
  config: Pick<Config, 'home' | 'capabilitiesPath' | 'sourceRoots'>,
): string[] {
  const run = typeof questionId === 'string' ? PROBE.exec(questionId)?.[1] : undefined;
  return run === undefined ? config.sourceRoots : [probeFolder(run, config)];
}
