import chalk from 'chalk';
import { keyToday } from '../config/renamed.js';
import type { ConfigFile, Origin, Origins } from '../config/provenance.js';
import { notFoundError } from './command-error.js';
import { formatBytes, formatDuration } from './formats.js';
import { renderTable } from './table.js';

/** The values of one key, also by its earlier name, or of all keys below a group; all of them without a name. Throws SETTING_NOT_FOUND. */
export function originsBelow(origins: Origins, name: string | undefined): Origins {
  if (name === undefined) return origins;
  const found = Object.entries(origins).filter(([key]) => key === name || key.startsWith(`${name}.`));
  if (found.length > 0) return Object.fromEntries(found);
  const today = keyToday(name);
  if (today !== undefined) return originsBelow(origins, today);
  const candidates = Object.keys(origins);
  throw notFoundError({ kind: 'setting', name, candidates, command: 'kloros config show', list: 'kloros config show' });
}

/** Each value with the place that it came from. */
export function originTable(origins: Origins, widthColumns: number | undefined): string {
  const columns = [
    { title: 'setting', cell: ([key]: [string, Origin]) => key },
    { title: 'value', cell: ([key, { value }]: [string, Origin]) => valueText(key, value), flexible: true },
    { title: 'from', cell: ([, { from }]: [string, Origin]) => (from === 'default' ? chalk.dim(from) : from) },
  ];
  return renderTable(Object.entries(origins), columns, { widthColumns });
}

/** The configuration files, the stronger first, and the files of the colony. */
export function pathTables(files: readonly ConfigFile[], paths: Record<string, string>): string {
  const sources = renderTable(
    files,
    [
      { title: 'settings are read from', cell: ({ path }) => path },
      { title: '', cell: ({ used }) => (used ? chalk.green('read') : chalk.dim('not there')) },
    ],
    { widthColumns: undefined },
  );
  const colony = renderTable(
    Object.entries(paths),
    [
      { title: 'the colony keeps', cell: ([name]) => name },
      { title: 'at', cell: ([, path]) => path },
    ],
    { widthColumns: undefined },
  );
  return `${sources}\n\n${colony}`;
}

function valueText(key: string, value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === 'number' && key.endsWith('Ms')) return `${value} ${chalk.dim(`(${formatDuration(value)})`)}`;
  if (typeof value === 'number' && key.endsWith('Bytes')) return `${value} ${chalk.dim(`(${formatBytes(value)})`)}`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
