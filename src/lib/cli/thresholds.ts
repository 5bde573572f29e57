import { closest } from '../base/closest.js';
import { parseDurationMs } from '../base/duration.js';
import { settings } from '../config/load-settings.js';
import { usageError } from './command-error.js';

const GROUP = 'health.';
const EXAMPLE = 'write e.g. --threshold lagWarning=50, --threshold stalledMs=30m or --threshold restartsPerWeek=0';

/** Values of `--threshold NAME=VALUE` by dotted key; a name may leave `health.` out, a time may have its unit. Throws USAGE. */
export function thresholdsOf(pairs: readonly string[]): Record<string, number> {
  return Object.fromEntries(pairs.map(thresholdOf));
}

function thresholdOf(pair: string): [string, number] {
  const [, name = '', text = ''] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
  if (name === '') throw usageError(`${JSON.stringify(pair)} sets nothing`, 'a threshold is NAME=VALUE', [EXAMPLE]);
  const key = name.startsWith(GROUP) ? name : `${GROUP}${name}`;
  const known = settings.map((setting) => setting.key).filter((one) => one.startsWith(GROUP));
  if (!known.includes(key)) throw unknownThreshold(name, known);
  const value = key.endsWith('Ms') && /[a-z]/i.test(text) ? parseDurationMs(text) : Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return [key, value];
  throw usageError(`${JSON.stringify(text)} is no value for ${name}`, 'a threshold is a number', [EXAMPLE]);
}

function unknownThreshold(name: string, known: readonly string[]) {
  const names = known.map((key) => key.slice(GROUP.length));
  const near = closest(name, names);
  const why = near === undefined ? `there are ${names.join(', ')}` : `did you mean ${near}?`;
  return usageError(`There is no threshold ${name}`, why, ['kloros config show health']);
}
