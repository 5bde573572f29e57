import type { Reporter, TestCase } from 'vitest/node';

/** Names at the end the tests that passed only when they were tried again, so that nobody takes them for sound. */
export default class FlakyReporter implements Reporter {
  readonly #flaky: TestCase[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky === true) this.#flaky.push(test);
  }

  onTestRunEnd(): void {
    for (const test of this.#flaky) {
      const why = test.result().errors?.[0]?.message.split('\n')[0] ?? '';
      console.log(`==> passed only when tried again: ${test.module.relativeModuleId}: ${test.fullName}\n    ${why}`);
    }
  }
}
