import { shorten } from '../base/cut-text.js';
import { own, setOwn } from '../base/own.js';
import type { Experiment } from './experiment.js';
import type { EvaluationFailure, Metrics } from './evaluation.js';

/** What an evaluator printed, read: metrics, or why they are none. */
export type Reading = { ok: true; metrics: Metrics } | { ok: false; failure: Omit<EvaluationFailure, 'stderr'> };

const SHOWN = 120;

/** Reads metrics from the whole of stdout, or from its last line where a program talks before. */
export function readMetrics(stdout: string, { target_direction: wanted, map }: Experiment['metrics']): Reading {
  const printed = lastObject(stdout);
  if (printed === undefined) return unreadable(stdout);
  const metrics: Metrics = {};
  for (const [name, direction] of Object.entries(wanted)) {
    // An existing file may say there the role of a metric, which nobody prints.
    const at = own(map, name) ?? name;
    const value = valueAt(printed, at) ?? valueAt(printed, name);
    const isNumber = typeof value === 'number' && Number.isFinite(value);
    if (isNumber) setOwn(metrics, name, value);
    else if (direction !== 'neutral') return notMeasured(at, value, stdout);
  }
  return { ok: true, metrics };
}

function notMeasured(at: string, value: unknown, stdout: string): Reading {
  if (value === undefined) return failed('MetricMissing', `the evaluator printed no ${at}: ${shown(stdout)}`);
  return failed('MetricNotFinite', `${at} is ${JSON.stringify(value)}, which is no number`);
}

function lastObject(stdout: string): Record<string, unknown> | undefined {
  const text = stdout.trim();
  return parseObject(text) ?? parseObject(text.slice(text.lastIndexOf('\n') + 1));
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** A metric by its name, which may itself have dots, else by its dotted path. */
function valueAt(printed: Record<string, unknown>, path: string): unknown {
  if (Object.hasOwn(printed, path)) return own(printed, path);
  return path.split('.').reduce<unknown>((at, key) => {
    const isRow = typeof at === 'object' && at !== null && Object.hasOwn(at, key);
    return isRow ? own(at as Record<string, unknown>, key) : undefined;
  }, printed);
}

function unreadable(stdout: string): Reading {
  // Python's json writes what JSON has no word for.
  if (/\b(?:NaN|-?Infinity)\b/.test(stdout))
    return failed('MetricNotFinite', `a metric is no number: ${shown(stdout)}`);
  const what = stdout.trim() === '' ? 'nothing' : shown(stdout);
  return failed('OutputUnreadable', `the evaluator must print one JSON object of metrics; it printed ${what}`);
}

function failed(error_type: EvaluationFailure['error_type'], error_message: string): Reading {
  return { ok: false, failure: { error_type, error_message } };
}

function shown(text: string): string {
  const trimmed = text.trim();
  return JSON.stringify(shorten(trimmed, SHOWN));
}
