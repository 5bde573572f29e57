/** Prints what a benchmark saw as one JSON document; a target that was missed is its exit code 1. */
export function report(figures: { bench: string; met: boolean; [figure: string]: unknown }): void {
  console.log(JSON.stringify(figures, null, 2));
  if (!figures.met) process.exitCode = 1;
}
