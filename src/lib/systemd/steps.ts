/** One thing that will be done, in words that are true before and after. */
export interface Step {
  words: string;
  run: () => Promise<unknown>;
}

/** Does them in their order, and says which is done. */
export async function runSteps(steps: readonly Step[], onDone: (step: Step) => void): Promise<void> {
  for (const step of steps) {
    await step.run();
    onDone(step);
  }
}
