import { defineConfig } from 'vitest/config';

const MINUTE_MS = 60_000;
/** In its full form (`npm run test:campaign`) one test alone kills a thousand processes. */
const LIMIT_MS = process.env['KLOROS_FAULT_FORM'] === 'full' ? 240 * MINUTE_MS : 10 * MINUTE_MS;

/** Fault tests: processes killed, disks filled, bursts and backlogs. One at a time, since each wants the machine. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts'],
    testTimeout: LIMIT_MS,
    hookTimeout: 5 * MINUTE_MS,
    pool: 'forks',
    fileParallelism: false,
    maxConcurrency: 1,
  },
});
