import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { errorCode } from '../../src/lib/base/errors.js';
import type { Logger } from '../../src/lib/base/log.js';
import { PORT_COUNT } from '../../src/lib/config/paths.js';
import { configSchema, type Config } from '../../src/lib/config/schema.js';

/** A log that says nothing. */
export const silentLog: Logger = pino({ level: 'silent' });

/** Limits that no machine is beyond, for tests that look at alerts of something else. */
export const anyMachine = {
  diskWarningPercent: 0,
  diskCriticalPercent: 0,
  memoryWarningPercent: 0,
  memoryCriticalPercent: 0,
} as const;

/** A configuration in a temporary home on free ports. */
export async function temporaryConfig(overrides: Record<string, unknown> = {}): Promise<Config> {
  const home = mkdtempSync(join(tmpdir(), 'kloros-test-'));
  return configSchema.parse({
    home,
    portBase: await freePortBase(),
    sourceRoots: [join(home, 'src')],
    deployRoot: join(home, 'deployed'),
    capabilitiesPath: join(home, 'capabilities.yaml'),
    ...overrides,
  });
}

const REMOVALS = 20;

/** Removes a temporary home. A process that is just ending may write there once more, which Node's own retries overlook. */
export function removeHome({ home }: Pick<Config, 'home'>): void {
  for (let left = REMOVALS; ; left -= 1) {
    try {
      return rmSync(home, { recursive: true, force: true, maxRetries: 1 });
    } catch (error) {
      if (left === 0 || errorCode(error) !== 'ENOTEMPTY') throw error;
    }
  }
}

const FIRST = 10_000;
/** From 32,768 on the kernel gives ports to whoever connects. */
const LAST = 32_700;
const STEP = 10;
// Each test process starts elsewhere, so that those which run side by side seldom try the same ports.
let next = FIRST + ((process.pid * 97) % ((LAST - FIRST) / STEP)) * STEP;

/** First of as many free ports in a row as a colony uses. */
export async function freePortBase(): Promise<number> {
  for (;;) {
    const base = next;
    next = next + STEP > LAST ? FIRST : next + STEP;
    const free = await Promise.all(Array.from({ length: PORT_COUNT }, (_, index) => isFree(base + index)));
    if (free.every(Boolean)) return base;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Resolves when the condition holds; fails with the description after timeoutMs. */
export async function until(
  description: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain until ${description}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
