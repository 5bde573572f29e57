import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runHosted } from './cli-host.js';

/** What a finished command left behind. */
export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** How to run it. */
export interface CliOptions {
  env?: Record<string, string>;
  cwd?: string;
  /** What it reads from stdin. */
  input?: string | Buffer;
}

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** Whether the built program is run, or the sources. */
export const isBuilt = existsSync(path('dist/commands'));
const node = isBuilt ? [] : ['--import', 'tsx'];

/** Node's arguments for the built program; for the sources where nothing is built. */
export const bin = [...node, path(isBuilt ? 'bin/run.js' : 'bin/dev.js')];

/** Node's arguments for the command that shows the base command's contract. */
export const contract = [...node, path('test/fixtures/cli/contract.js')];

/** The environment of a command: this process's own, without what would change its output. */
export function cliEnv(extra: Record<string, string> = {}): Record<string, string> {
  const own = Object.entries(process.env).filter(([name]) => !/^(KLOROS|KLR|NO_COLOR|FORCE_COLOR|CI$)/.test(name));
  const contractRoot = { CONTRACT_ROOT: path(isBuilt ? 'dist' : 'src') };
  return { ...(Object.fromEntries(own) as Record<string, string>), ...contractRoot, ...extra };
}

const hostOptions = isBuilt
  ? { dir: pathToFileURL(path('bin/run.js')).href }
  : { development: true, loadOptions: { root: path('.'), ignoreManifest: true } };
const host = [...node, path('test/fixtures/cli/host.js'), JSON.stringify(hostOptions)];

/** Runs a command in a process that other commands share, one after another; a failure is a result and not an exception. */
export async function kloros(args: readonly string[], { env, cwd }: CliOptions = {}): Promise<CliResult> {
  return runHosted(host, { args, env: cliEnv(env), cwd });
}

/** Runs the program as an operator does, in a process of its own. */
export async function klorosAlone(args: readonly string[], { env, ...options }: CliOptions = {}): Promise<CliResult> {
  return run([...bin, ...args], { env: cliEnv(env), ...options });
}

/** Runs Node with these arguments. */
export async function run(args: readonly string[], { input, ...options }: CliOptions = {}): Promise<CliResult> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { ...options, maxBuffer: 64 << 20 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
    // A command may end before it has read all.
    child.stdin?.on('error', () => undefined).end(input);
  });
}
