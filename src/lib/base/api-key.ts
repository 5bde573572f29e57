import { readFile } from 'node:fs/promises';

/** The header by which an HTTP API knows who asks, from a file that holds its key; none where there is no file. */
export async function bearerFrom(keyFile: string | undefined): Promise<Record<string, string>> {
  if (keyFile === undefined) return {};
  return { authorization: `Bearer ${(await readFile(keyFile, 'utf8')).trim()}` };
}
