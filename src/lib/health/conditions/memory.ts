import { readFile } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import type { Limits } from '../check.js';
import { beyond, percentText, type Finding } from './condition.js';

const MEMINFO = '/proc/meminfo';

/** Memory that no process can have any more; caches that the kernel would give up count as free. */
export async function usedMemoryPercent(path = MEMINFO): Promise<number> {
  const text = await readFile(path, 'utf8').catch(() => ''); // Other systems have no such file.
  const total = kibibytes(text, 'MemTotal') ?? totalmem() / 1_024;
  const available = kibibytes(text, 'MemAvailable') ?? freemem() / 1_024;
  return (1 - available / total) * 100;
}

/** The machine is short of memory. */
export function memoryCondition(usedPercent: number, limits: Limits): Finding {
  const found = beyond(usedPercent, limits);
  if (found === null) return null;
  return {
    type: 'memory_low',
    severity: found.severity,
    metricValue: percentText(usedPercent),
    threshold: percentText(found.limit),
    recommendedAction: 'reduce_load',
  };
}

function kibibytes(text: string, field: string): number | undefined {
  const value = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
}
