import { execFile, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isBuilt, type CliResult } from '../helpers/cli.js';

const SCRIPT = fileURLToPath(new URL('./lab.sh', import.meta.url));
const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** Where npm would have put the package. */
const INSTALLED = '/usr/lib/node_modules/kloros';
const env = { ...process.env, LAB: `kloros-lab-${process.pid}` };

/** Why there can be no real systemd here; empty where there can. */
export const whyNot = isBuilt
  ? spawnSync('bash', [SCRIPT, 'check'], { encoding: 'utf8', env }).stdout.trim()
  : 'needs a build';

/** A machine with a systemd of its own, and kloros installed as npm would. */
export interface Lab {
  /** Runs a line of shell in it as root; a failure is a result. */
  run(line: string): Promise<CliResult>;
  /** The same as somebody else, in their home, with a session. */
  runAs(user: string, line: string): Promise<CliResult>;
  /** Its standard output; throws where it fails. */
  demand(line: string): Promise<string>;
  /** Resolves when the line succeeds. */
  until(description: string, line: string): Promise<void>;
  /** Resolves when the line succeeds in the machine that has booted again. */
  reboot(line: string): Promise<void>;
  stop(): Promise<void>;
}

/** Boots one, with this project's folder in it, read-only, where npm would have put it or elsewhere. */
export async function startLab({ project = INSTALLED } = {}): Promise<Lab> {
  const booted = await script('start', `--bind-ro=${PROJECT}:${project}`);
  if (booted.code !== 0) throw new Error(booted.stderr);
  const run = (line: string) => script('exec', 'sh', '-c', line);
  const demand = async (line: string) => {
    const { code, stdout, stderr } = await run(line);
    if (code !== 0) throw new Error(`${line}\nended with ${String(code)}\n${stdout}${stderr}`);
    return stdout.trim();
  };
  const until = async (description: string, line: string) => {
    const { code } = await run(`for round in $(seq ${ROUNDS}); do (${line}) && exit 0; sleep 0.5; done; exit 1`);
    if (code !== 0) throw new Error(`waited in vain until ${description}`);
  };
  await demand(`ln -s ${INSTALLED}/bin/run.js /usr/local/bin/kloros`);
  return {
    run,
    demand,
    runAs: (user, line) =>
      run(
        `cd ~${user} && exec runuser -u ${user} -- env HOME=/home/${user} XDG_RUNTIME_DIR=/run/user/$(id -u ${user}) sh -c ${quoted(line)}`,
      ),
    until,
    reboot: async (line) => {
      await run('touch /run/before && systemctl reboot');
      for (let round = 0; (await run(`test ! -e /run/before && ${line}`)).code !== 0; round += 1) {
        if (round === ROUNDS) throw new Error('waited in vain until all was back');
        await sleep(LOOK_EVERY_MS);
      }
    },
    stop: async () => {
      await script('stop');
    },
  };
}

const LOOK_EVERY_MS = 500;

/** Of half a second and more; a slow machine has its time. */
const ROUNDS = 400;

/** A line of shell as one word. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function script(...args: string[]): Promise<CliResult> {
  return new Promise((resolve) => {
    const child = execFile('bash', [SCRIPT, ...args], { env, maxBuffer: 16 << 20 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
    child.stdin?.end();
  });
}
