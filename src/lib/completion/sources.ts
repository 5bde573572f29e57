import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../base/errors.js';
import { pathsOf } from '../config/paths.js';
import type { Glance } from '../bus/glance.js';
import type { Candidate } from './candidate.js';
import type { Kind } from './kinds.js';
import { archivedLetters, deadLetters, groups } from './letters.js';
import type { Names } from './names.js';

/** What candidates are looked for with. */
export interface Surroundings {
  home: string;
  names: Names;
  /** What was typed of the word. */
  word: string;
  env: NodeJS.ProcessEnv;
}

type Source = (surroundings: Surroundings) => Promise<Candidate[]> | Candidate[];

const IDS_SHOWN = 30;
const NOTHING_YET: Glance = { names: [], ids: [], consumers: [] };

/** Where candidates of each kind come from; each loads no more than it needs. */
const SOURCES: Readonly<Record<Exclude<Kind, 'file'>, Source>> = {
  archivedLetter: (at) => archivedLetters(pathsIn(at).failedSignalsArchive),
  check: ({ names }) => names.checks.map(valueOnly),
  consumer: async (at) => (await journalOf(at)).consumers.map(valueOnly),
  cycle: async (at) => (await namesIn(pathsIn(at).dreamLab)).filter(isCycle).toReversed().map(valueOnly),
  daemon: ({ names }) => names.daemons.map(({ name, purpose }) => ({ value: name, text: purpose })),
  deadLetter: (at) => deadLetters(pathsIn(at).failedSignals),
  decision: decisions,
  experiment: async (at) => (await experimentsIn(pathsIn(at).dream)).map(valueOnly),
  group: (at) => groups(pathsIn(at).failedSignals),
  peer: peers,
  recording: recordings,
  setting: ({ names }) => names.settings.map(valueOnly),
  signal: signals,
  traceable: async (at) => [...(await journalOf(at)).ids.map(valueOnly), ...(await capabilities(at))],
  undoable: async (at) => [...(await capabilities(at)), ...(await deployments(at))],
};

/** Everything of these kinds that there is in a home. */
export async function candidatesOf(kinds: readonly Kind[], surroundings: Surroundings): Promise<Candidate[]> {
  const found = kinds.map(async (kind) => (kind === 'file' ? [] : SOURCES[kind](surroundings)));
  return (await Promise.all(found)).flat();
}

function pathsIn({ home }: Surroundings) {
  return pathsOf({ home, capabilitiesPath: join(home, 'capabilities.yaml') });
}

/** Those of the catalogue, then what peers have said. */
async function signals(at: Surroundings): Promise<Candidate[]> {
  const known = at.names.signals.map(({ name, meaning }) => ({ value: name, text: meaning }));
  const { names } = await journalOf(at);
  const foreign = names.filter((name) => !known.some(({ value }) => value === name));
  return [...known, ...foreign.map((value) => ({ value, text: 'seen in the journal' }))];
}

async function journalOf(at: Surroundings): Promise<Glance> {
  const { glanceAt } = await import('../bus/glance.js');
  return glanceAt(pathsIn(at).journal, { prefix: at.word, limit: IDS_SHOWN }) ?? NOTHING_YET;
}

/** By the end of each name, by which `policy explain` finds them too. */
async function decisions(at: Surroundings): Promise<Candidate[]> {
  const { lastLines } = await import('../base/file-end.js');
  const lines = await lastLines(pathsIn(at).policyDecisions, 1 << 17);
  const found = lines.toReversed().flatMap((line): Candidate[] => {
    const { id, outcome, reason } = JSON.parse(line) as { id: string; outcome: string; reason: string };
    return [{ value: id, text: `${outcome}: ${reason}` }];
  });
  return found.slice(0, IDS_SHOWN);
}

async function peers(at: Surroundings): Promise<Candidate[]> {
  const { readPeers } = await import('../bus/peers.js');
  return [...(readPeers(pathsIn(at).peers)?.peers ?? [])].map(([value, { level }]) => ({
    value,
    text: `may ${level}`,
  }));
}

async function recordings(at: Surroundings): Promise<Candidate[]> {
  const { flights } = pathsIn(at);
  const names = (await namesIn(flights)).filter((name) => /\.jsonl(?:\.gz)?$/.test(name));
  return names.toReversed().map((name) => ({ value: join(flights, name) }));
}

async function capabilities(at: Surroundings): Promise<Candidate[]> {
  const text = await textOf(pathsIn(at).capabilities);
  return [...text.matchAll(/^([\w.-]+):/gm)].map(([, name]) => ({ value: name ?? '', text: 'capability' }));
}

/** Only names that are simple: no YAML is parsed while somebody waits for Tab. */
async function experimentsIn(path: string): Promise<string[]> {
  const text = await textOf(path);
  const [, experiments = ''] = text.split(/^experiments:/m);
  return [...experiments.matchAll(/^ *- *\{? *name: *["']?([\w.-]+)/gm)].map(([, name]) => name ?? '');
}

async function deployments({ home, env }: Surroundings): Promise<Candidate[]> {
  const { deployedExperiments } = await import('../deployment/layout.js');
  const names = await deployedExperiments(env['KLOROS_DEPLOY_ROOT'] ?? join(home, 'deployed'));
  return names.map((value) => ({ value, text: 'deployment' }));
}

function isCycle(name: string): boolean {
  return name !== 'promotions' && !name.startsWith('.');
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(absent))?.sort() ?? [];
}

async function textOf(path: string): Promise<string> {
  return (await readFile(path, 'utf8').catch(absent)) ?? '';
}

function absent(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error;
}

function valueOnly(value: string): Candidate {
  return { value };
}
