import { basename, dirname, isAbsolute, join } from 'node:path';
import type { InvestigationRecord } from '../investigation/record.js';
import type { Finding } from './decide.js';

/** What a record says to the integrator; `sourceRoots` turn a dotted module path into one on the disk. */
export function findingOf(record: InvestigationRecord, sourceRoots: readonly string[]): Finding {
  return {
    investigationId: record.id,
    hypothesis: record.hypothesis,
    succeeded: record.success,
    path: pathOf(record, sourceRoots),
    purpose: record.purpose ?? '',
    capabilities: record.capabilities,
  };
}

/** Absolute path of the module; empty where the record names none, which is a phantom. */
function pathOf(record: InvestigationRecord, sourceRoots: readonly string[]): string {
  const said = [record.module_dir, evidencePath(record), record.module_path].find(
    (path) => path !== null && path !== undefined && isAbsolute(path),
  );
  return said ?? dottedOnDisk(record.module_path ?? '', sourceRoots) ?? '';
}

function evidencePath(record: InvestigationRecord): string | undefined {
  const lines = record.evidence.filter((line) => typeof line === 'string');
  return lines
    .find((line) => line.startsWith('path:'))
    ?.slice('path:'.length)
    .trim();
}

/** `src.audio` lies in the root that is called `src`; what the running system wrote, `audio`, in the first root. */
function dottedOnDisk(dotted: string, roots: readonly string[]): string | undefined {
  const parts = dotted.split('.').filter((part) => part !== '');
  if (parts.length === 0) return undefined;
  const named = roots.find((root) => basename(root) === parts[0]);
  const base = named === undefined ? roots[0] : dirname(named);
  return base === undefined ? undefined : join(base, ...parts);
}
