import { nativeTrouble } from '../base/native-modules.js';
import { failureOf, tellFailure } from './failure.js';
import { hasFlag, outputModeOf } from './output-mode.js';

/** Tells that a command could not even be loaded, since a native module is missing; its exit code, or undefined for any other error. */
export function toldUnloaded(error: unknown, argv: string[]): number | undefined {
  const trouble = nativeTrouble(error);
  if (trouble === undefined) return undefined;
  const failure = failureOf(trouble, { debug: hasFlag(argv, '--debug'), isCheck: false });
  tellFailure(failure, { mode: outputModeOf(argv), warnings: [] });
  return failure.status;
}
