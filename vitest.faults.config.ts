import { defineConfig } from 'vitest/config';

const MINUTE_MS = 60_000;

/** Fault tests: processes killed, disks filled, bursts and backlogs. One at a time, since each wants the machine. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts'],
    testTimeout: 10 * MINUTE_MS,
    hookTimeout: MINUTE_MS,
    pool: 'forks',
    fileParallelism: false,
    maxConcurrency: 1,
  },
});
