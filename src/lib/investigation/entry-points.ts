import { join } from 'node:path';
import { isTestFile } from './source-files.js';
import type { Survey } from './survey.js';

/** Where a module is started: `cli.py (main guard)`, `run.js (package.json bin kloros)`. */
export function entryPointsOf(survey: Survey): string[] {
  const inFiles = survey.files
    .filter(({ path }) => !isTestFile(path))
    .flatMap(({ path, facts }) => [
      ...(/^__main__\.pyw?$/.test(path) ? [`${path} (python -m)`] : []),
      ...facts.entryPoints.map((kind) => `${path} (${kind})`),
    ]);
  const starts = survey.package?.starts ?? [];
  return [...inFiles, ...starts.flatMap(([kind, path]) => startedFile(survey, { kind, path }))];
}

// Only what leads into the module: another package.json above it may start something else.
function startedFile(survey: Survey, { kind, path }: { kind: string; path: string }): string[] {
  const target = join(survey.package?.at ?? '', path);
  const found = survey.files.find((file) => file.path === target);
  return found ? [`${found.path} (package.json ${kind})`] : [];
}
