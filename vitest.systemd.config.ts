import { defineConfig } from 'vitest/config';

/** Tests in a real systemd: npm run test:systemd. Where there can be none they skip, and say why. */
export default defineConfig({
  test: { include: ['test/systemd/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 120_000, fileParallelism: false },
});
