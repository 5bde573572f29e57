import { statfs } from 'node:fs/promises';
import type { Limits } from '../check.js';
import { beyond, percentText, type Finding } from './condition.js';

/** Space of the file system that holds a folder: what its owner can still write counts as free. */
export async function usedDiskPercent(folder: string): Promise<number> {
  const { blocks, bfree, bavail } = await statfs(folder);
  const used = blocks - bfree;
  return used + bavail === 0 ? 0 : (used / (used + bavail)) * 100; // As df counts it.
}

/** The home's file system is filling up. */
export function diskCondition(usedPercent: number, limits: Limits): Finding {
  const found = beyond(usedPercent, limits);
  if (found === null) return null;
  return {
    type: 'disk_space_low',
    severity: found.severity,
    metricValue: percentText(usedPercent),
    threshold: percentText(found.limit),
    recommendedAction: 'cleanup_logs',
  };
}
