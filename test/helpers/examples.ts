/** The examples of a command as they are typed, without the program's name. */
export function examplesOf({ examples }: { examples?: readonly unknown[] }): string[] {
  return (examples ?? []).map((example) => String(example).replace('<%= config.bin %> ', ''));
}
