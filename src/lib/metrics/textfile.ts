import { dirname } from 'node:path';
import { sleep } from '../base/timers.js';
import { writeFileOutside } from '../base/atomic-file.js';
import { errorCode, KlorosError, toError } from '../base/errors.js';
import type { Logger } from '../base/log.js';

/** A file of figures, written again and again. */
export interface TextfileOptions {
  /** Node exporter reads those that end in `.prom`. */
  path: string;
  everyMs: number;
  text: () => Promise<string>;
  log: Logger;
}

/** Writes the figures once; readers see the old ones or the new. Throws KlorosError TEXTFILE_NOT_WRITABLE. */
export async function writeTextfile({ path, text }: Pick<TextfileOptions, 'path' | 'text'>): Promise<void> {
  const content = await text();
  try {
    await writeFileOutside(path, content);
  } catch (error) {
    throw new KlorosError({
      code: 'TEXTFILE_NOT_WRITABLE',
      message: `${path} cannot be written`,
      why: `${toError(error).message} (${errorCode(error) ?? 'no code'})`,
      next: [`see who may write there: ls -ld ${dirname(path)}`],
      cause: error,
    });
  }
}

/** Writes the figures until it is aborted. The first failure is thrown; a later one is logged, and the next try follows. */
export async function keepTextfile(options: TextfileOptions, abort: AbortSignal): Promise<void> {
  await writeTextfile(options);
  while (await pause(options.everyMs, abort)) {
    await writeTextfile(options).catch((error: unknown) =>
      options.log.error({ err: toError(error) }, `${options.path} has old figures`),
    );
  }
}

/** False where the pause was cut short. */
async function pause(ms: number, abort: AbortSignal): Promise<boolean> {
  await sleep(ms, abort);
  return !abort.aborted;
}
