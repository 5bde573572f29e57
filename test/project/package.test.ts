import { describe, expect, it } from 'vitest';
import { filesBelow, packageJson, textOf } from './tree.js';

interface Lock {
  packages: Record<string, { resolved?: string; hasInstallScript?: boolean; dev?: boolean }>;
}

const lock = JSON.parse(textOf('package-lock.json')) as Lock;
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

describe('package-lock.json', () => {
  it('names no registry, so that it serves behind any mirror', () => {
    expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });

  it('has install scripts of approved packages only', () => {
    const scripted = Object.entries(lock.packages).flatMap(([path, entry]) =>
      entry.hasInstallScript ? [nameOf(path)] : [],
    );
    const unreviewed = scripted.filter((name) => name !== 'fsevents' && !(name in packageJson.allowScripts));
    expect(unreviewed).toEqual([]);
  });
});

describe('worker threads', () => {
  it.each(filesBelow('src', '-worker.ts'))('%s is started by a module beside it', (worker) => {
    const [folder, name] = [worker.slice(0, worker.lastIndexOf('/')), worker.slice(worker.lastIndexOf('/') + 1, -3)];
    const starters = filesBelow(folder, '.ts').filter((file) => textOf(file).includes(`./${name}`) && file !== worker);
    expect(starters).not.toEqual([]);
  });
});
