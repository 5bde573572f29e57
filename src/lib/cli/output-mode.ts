/** Who reads stdout: people, a program that wants one document, or one that wants a line per object. */
export type OutputMode = 'text' | 'json' | 'jsonl';

/** Whether a flag is given, before `--`; works where parsing failed. */
export function hasFlag(argv: readonly string[], flag: string): boolean {
  return beforeRest(argv).includes(flag);
}

/** The mode that the command line asks for, whether or not the rest of it is right. */
export function outputModeOf(argv: readonly string[]): OutputMode {
  if (hasFlag(argv, '--json')) return 'json';
  const words = beforeRest(argv);
  const asked = words.includes('--output=jsonl') || words[words.indexOf('--output') + 1] === 'jsonl';
  return asked && words.some((word) => word.startsWith('--output')) ? 'jsonl' : 'text';
}

function beforeRest(argv: readonly string[]): readonly string[] {
  const rest = argv.indexOf('--');
  return rest === -1 ? argv : argv.slice(0, rest);
}
