import { startChild } from '../base/child-process.js';
import type { Scope } from './layout.js';
import { unitOf } from './unit-names.js';

/** A line of the journal. */
export interface JournalLine {
  time: string;
  daemon: string;
  /** Syslog's, 0 (emergency) to 7 (debug). */
  priority: number;
  pid: number | null;
  text: string;
}

/** Which lines. */
export interface JournalRequest {
  scope: Scope;
  daemons: readonly string[];
  /** How many of the last. */
  lines: number;
  /** As journalctl reads it, e.g. `1 hour ago`. */
  since?: string | undefined;
  follow: boolean;
  abort: AbortSignal;
  env: NodeJS.ProcessEnv;
  onLine: (line: JournalLine) => void;
}

const US_PER_MS = 1_000;
const INFO = 6;

/** Reads what daemons, and systemd about them, wrote to the journal; resolves when it ends or is aborted. */
export async function readJournal(request: JournalRequest): Promise<number | null> {
  const { daemons, abort, env, onLine } = request;
  const byUnit = new Map(daemons.map((daemon) => [unitOf(daemon), daemon]));
  const child = startChild({
    command: 'journalctl',
    args: argsOf(request, [...byUnit.keys()]),
    env,
    onReport: () => undefined,
    onLine: (text) => {
      const line = parseLine(text, byUnit);
      if (line) onLine(line);
    },
  });
  const end = () => child.terminate();
  abort.addEventListener('abort', end, { once: true });
  const { code, error } = await child.exited;
  abort.removeEventListener('abort', end);
  if (error) throw error;
  return code;
}

function argsOf({ scope, lines, since, follow }: JournalRequest, units: readonly string[]): string[] {
  const option = scope === 'user' ? '--user-unit' : '--unit';
  return [
    ...units.map((unit) => `${option}=${unit}`),
    '--output=json',
    '--no-pager',
    '--quiet',
    ...(since === undefined ? [`--lines=${lines}`] : [`--since=${since}`]),
    ...(follow ? ['--follow'] : []),
  ];
}

/** Undefined for what is no record; a message that is not UTF-8 comes as bytes. */
function parseLine(text: string, byUnit: ReadonlyMap<string, string>): JournalLine | undefined {
  if (!text.startsWith('{')) return undefined;
  const record = JSON.parse(text) as Record<string, string | number[] | undefined>;
  const unit = [record['_SYSTEMD_USER_UNIT'], record['USER_UNIT'], record['_SYSTEMD_UNIT'], record['UNIT']].find(
    (name) => typeof name === 'string' && byUnit.has(name),
  );
  const message = record['MESSAGE'] ?? '';
  const words = typeof message === 'string' ? message : Buffer.from(message).toString();
  return {
    time: new Date(Number(record['__REALTIME_TIMESTAMP']) / US_PER_MS).toISOString(),
    daemon: byUnit.get(String(unit)) ?? 'systemd',
    priority: Number(record['PRIORITY'] ?? INFO),
    pid: record['_PID'] === undefined ? null : Number(record['_PID']),
    text: `${record['_SYSTEMD_UNIT'] === unit || record['_SYSTEMD_USER_UNIT'] === unit ? '' : 'systemd: '}${words}`,
  };
}
