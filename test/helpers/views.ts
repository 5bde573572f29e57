import { readFileSync } from 'node:fs';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { CanaryColony } from './canary-colony.js';
import { kloros } from './cli.js';
import { until } from './colony.js';
import { signalOf } from './signals.js';

const LIMIT_MS = 240_000;

/** A command that only looks: which exit codes it may end with, and whether it must show what is fresh. */
export interface View {
  args: string[];
  codes: number[];
  /** What must be seen in it. */
  shows: (fresh: Fresh) => string[];
  /** JSON lines, one document, or a text. */
  form: 'lines' | 'document' | 'text';
}

/** A signal that was just emitted, and one that just failed. */
interface Fresh {
  signal: string;
  signalId: string;
  failedId: string;
}

const OK = [0];
const NOTHING_FOUND = [0, 3];
/** A check says OK, WARNING or CRITICAL. */
const CHECKED = [0, 1, 2];
const nothing = () => [];
const id = ({ signalId }: Fresh) => [signalId];
const name = ({ signal }: Fresh) => [signal];
const failed = ({ failedId }: Fresh) => [failedId];
/** Of what is one line of a signal with all its facts. */
const LONGEST_LINE = 10_000;
const CONTROL = /(?!\n)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

function both(args: string[], codes: number[], shows: View['shows']): View[] {
  return [
    { args: [...args, '--json'], codes, shows, form: 'document' },
    { args, codes, shows: nothing, form: 'text' },
  ];
}

/** Every command that shows what strangers may have written. */
const views: View[] = [
  { args: ['bus', 'history', '-1h:now', '--json'], codes: OK, shows: id, form: 'document' },
  {
    args: ['bus', 'listen', '--since', 'beginning', '--no-follow', '--output', 'jsonl'],
    codes: OK,
    shows: id,
    form: 'lines',
  },
  { args: ['bus', 'listen', '--since', 'beginning', '--no-follow'], codes: OK, shows: name, form: 'text' },
  { args: ['bus', 'stats', '-1h:now'], codes: OK, shows: name, form: 'text' },
  ...both(['bus', 'top', '--for', '200ms'], OK, nothing),
  ...both(['bus', 'consumers'], OK, nothing),
  ...both(['bus', 'gaps'], CHECKED, nothing),
  ...both(['dlq', 'list'], OK, failed),
  ...both(['dlq', 'groups'], OK, nothing),
  ...both(['dlq', 'stats'], OK, nothing),
  ...both(['peer', 'refused'], OK, nothing),
  ...both(['health', '--skip', 'latency', '--skip', 'throughput'], CHECKED, nothing),
  ...both(['daemon', 'list'], OK, nothing),
  ...both(['dream', 'history'], NOTHING_FOUND, nothing),
  ...both(['policy', 'decisions'], OK, nothing),
  ...both(['healing', 'history'], NOTHING_FOUND, nothing),
  ...both(['intent', 'list'], OK, nothing),
  ...both(['stuck'], NOTHING_FOUND, nothing),
  { args: ['topology', '--json'], codes: OK, shows: name, form: 'document' },
  { args: ['exporter', '--once'], codes: OK, shows: nothing, form: 'text' },
];

/** Emits a signal and one that fails, and answers what is wrong with the views of a colony; also of `more`. */
export async function troublesOf({ bus, config, env }: CanaryColony, more: readonly View[] = []): Promise<string[]> {
  const [good, bad] = [signalOf('Q_FRESH', { n: 1 }), signalOf('Q_CURIOSITY_INVESTIGATE', { question: 'Which?' })];
  await bus.emit([good, bad]);
  const { failedSignals } = pathsOf(config);
  await until('its failure is in the file', () => readFileSync(failedSignals, 'utf8').includes(bad.id), LIMIT_MS);
  const fresh = { signal: good.signal, signalId: good.id, failedId: bad.id };
  const troubles: string[] = [];
  for (const view of [...views, ...more]) {
    const trouble = await troubleOf(view, fresh, env);
    if (trouble !== undefined) troubles.push(trouble);
  }
  return troubles;
}

/** What is wrong with what a view shows; undefined where nothing is. */
async function troubleOf(view: View, fresh: Fresh, env: Record<string, string>): Promise<string | undefined> {
  const { code, stdout, stderr } = await kloros(view.args, { env });
  const about = `kloros ${view.args.join(' ')}`;
  if (code === null || !view.codes.includes(code))
    return `${about}: exit ${code}: ${(stderr || stdout).slice(0, 2_000)}`;
  const missing = view.shows(fresh).filter((text) => !stdout.includes(text));
  if (missing.length > 0) return `${about} does not show ${missing.join(', ')}`;
  return view.form === 'text'
    ? controlIn(about, stdout)
    : unreadableIn(about, view.form === 'lines' ? stdout.trimEnd().split('\n') : [stdout]);
}

function controlIn(about: string, text: string): string | undefined {
  const longest = text.split('\n').reduce((most, line) => Math.max(most, line.length), 0);
  if (longest > LONGEST_LINE) return `${about} shows a line of ${longest} characters`;
  const found = CONTROL.exec(text);
  return found === null
    ? undefined
    : `${about} shows ${JSON.stringify(text.slice(Math.max(0, found.index - 100), found.index + 20))}`;
}

function unreadableIn(about: string, documents: readonly string[]): string | undefined {
  for (const text of documents)
    try {
      JSON.parse(text);
    } catch (error) {
      return `${about}: ${String(error)}: ${text.slice(0, 500)}`;
    }
  return undefined;
}
