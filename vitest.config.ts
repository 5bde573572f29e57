import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/faults/**', 'test/systemd/**'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    setupFiles: ['test/setup.ts'],
    pool: 'forks',
    // One process runs many files: it imports the sources and starts the host of its commands once, which halves the work.
    isolate: false,
    // Most tests wait for processes and files: with as many workers as cores, less one, the cores wait with them.
    maxWorkers: 3,
    coverage: { provider: 'v8', include: ['src/**'] },
  },
});
