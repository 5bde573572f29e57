import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startChild, type Child } from '../base/child-process.js';
import { KlorosError } from '../base/errors.js';
import { READY_LINE } from '../supervise/report.js';
import { SUPERVISED } from '../supervise/supervisor-link.js';

const reportSchema = z.object({
  ...{ count: z.number(), minMs: z.number(), meanMs: z.number() },
  ...{ p50Ms: z.number(), p90Ms: z.number(), p99Ms: z.number(), maxMs: z.number() },
  bins: z.array(z.object({ fromMs: z.number(), toMs: z.number().nullable(), count: z.number() })),
});

/** What the handler measured since it was last asked. */
export type HandlerReport = z.output<typeof reportSchema>;

/** The process that handles. */
export interface Handler {
  /** The next report that it gives. */
  report(): Promise<HandlerReport>;
  stop(): Promise<void>;
}

/** Starts the handler on a home; resolves when it hears. Throws KlorosError HANDLER_ENDED. */
export async function startHandler(home: string, env: NodeJS.ProcessEnv): Promise<Handler> {
  const fromSources = import.meta.url.endsWith('.ts');
  const file = fileURLToPath(new URL(`./handler-worker.${fromSources ? 'ts' : 'js'}`, import.meta.url));
  const lines = new Lines();
  const child = startChild({
    command: process.execPath,
    args: [...(fromSources ? ['--import', 'tsx'] : []), file],
    env: { ...env, KLOROS_HOME: home, [SUPERVISED]: '1' },
    cwd: home,
    onLine: (line) => (lines.said = line),
    onReport: (line) => lines.push(line),
  });
  void child.exited.then(() => lines.end());
  if ((await lines.next()) !== READY_LINE) throw lines.ended();
  return {
    report: async () => reportSchema.parse(JSON.parse(await lines.next())),
    stop: () => stopChild(child),
  };
}

async function stopChild(child: Child): Promise<void> {
  child.terminate();
  await child.exited;
}

/** Lines that are waited for one after another. */
class Lines {
  /** What it said last to people. */
  said = 'it said nothing';
  readonly #lines: string[] = [];
  #isOver = false;
  #wake: () => void = () => undefined;

  push(line: string): void {
    this.#lines.push(line);
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  async next(): Promise<string> {
    while (this.#lines.length === 0) {
      if (this.#isOver) throw this.ended();
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#lines.shift() ?? '';
  }

  ended(): KlorosError {
    return new KlorosError({
      code: 'HANDLER_ENDED',
      message: 'The process that handles the signals ended before it was done',
      why: this.said,
      next: ['kloros bench', 'kloros doctor'],
    });
  }
}
