import chalk from 'chalk';
import type { HomeStanding } from '../bus/home.js';
import { endpointsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { errorCode } from '../base/errors.js';
import { readExperiments } from '../dream/experiment-file.js';
import { renderTable } from './table.js';

/** Something outside of a home that its colony reads, writes or speaks with. */
export interface Reach {
  what: string;
  where: string;
}

/** What a colony would work on and with, from its configuration and dream.yaml; what cannot be read is said so. */
export async function reachOf(config: Config, dreamPath: string): Promise<Reach[]> {
  const { xsub, xpub, router } = endpointsOf(config);
  const rows = (what: string, all: readonly string[]) => all.map((where) => ({ what, where }));
  return [
    ...rows('source root', config.sourceRoots),
    ...rows('deploy root', [config.deployRoot]),
    ...rows('deploy target', await targetsOf(dreamPath)),
    ...rows('registry', [config.capabilitiesPath]),
    ...rows(
      'program',
      Object.values(config.healing.commands).map(({ path }) => path),
    ),
    ...rows('peers at', [xsub, xpub, router]),
  ];
}

async function targetsOf(dreamPath: string): Promise<string[]> {
  try {
    const { experiments } = await readExperiments(dreamPath);
    const mapped = experiments.flatMap(({ param_mapping: mapping }) => Object.values(mapping));
    return [...new Set(mapped.flatMap((target) => (typeof target === 'string' ? [] : [target.file])))];
  } catch (error) {
    return errorCode(error) === 'EXPERIMENTS_NOT_FOUND' ? [] : [`${dreamPath} cannot be read`];
  }
}

/** A home and what it reaches, for people. */
export function homeText({ home, isPaused }: HomeStanding, reach: readonly Reach[], folder: string): string {
  const lines = [
    `home        ${folder}`,
    `id          ${home?.id ?? chalk.dim('none yet: nothing has run here')}`,
    ...(home?.original ? [`comes from  ${home.original.path} (${home.original.id})`] : []),
    `state       ${isPaused ? chalk.yellow('paused until it is adopted: kloros home adopt') : chalk.green("this machine's own")}`,
  ];
  const columns = [
    { title: 'reaches', cell: ({ what }: Reach) => what },
    { title: 'where', cell: ({ where }: Reach) => where },
  ];
  return `${lines.join('\n')}\n\n${renderTable(reach, columns, { widthColumns: undefined })}`;
}
