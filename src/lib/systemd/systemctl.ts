import { KlorosError } from '../base/errors.js';
import { runCommand, type CommandResult } from '../base/process-group.js';
import type { Scope } from './layout.js';
import { hasPolkit } from './polkit.js';
import { noOwnManager, notHere } from './not-here.js';

/** Speaks with one systemd: the system's, or a user's own. */
export type Systemctl = (...args: string[]) => Promise<CommandResult>;

const LIMIT_MS = 120_000;
const REFUSED = /authentication required|Access denied|authentication is required/i;
const UNREACHABLE = /Failed to connect to bus|not been booted with systemd|Failed to get D-Bus/i;

/** A command's failure is its result; only a systemd that cannot be reached is thrown, as SYSTEMD_NOT_FOUND. */
export function systemctlOf(scope: Scope, env: NodeJS.ProcessEnv): Systemctl {
  const session = scope === 'user' ? sessionOf(env) : {};
  return async (...args) => {
    const result = await runCommand('systemctl', [`--${scope}`, '--no-pager', '--no-ask-password', ...args], {
      timeoutMs: LIMIT_MS,
      env: { ...session, SYSTEMD_COLORS: '0' },
    });
    const isAbsent = result.exitCode === undefined && !result.timedOut;
    const isReached = !UNREACHABLE.test(result.stderr);
    if (isAbsent || (!isReached && scope === 'system')) throw notHere('systemctl', result.stderr);
    if (!isReached) throw noOwnManager(result.stderr);
    return result;
  };
}

/** Runs a command of systemctl that must succeed. Throws SYSTEMCTL_FAILED, or SYSTEMCTL_REFUSED where one may not. */
export async function demand(systemctl: Systemctl, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await systemctl(...args);
  if (exitCode === 0) return stdout;
  if (REFUSED.test(stderr)) throw refused(args);
  throw new KlorosError({
    code: 'SYSTEMCTL_FAILED',
    message: `systemctl ${args.join(' ')} failed`,
    why: stderr.trim() || `it ended with exit code ${exitCode ?? 'unknown'}`,
    next: ['see how the services are: kloros systemd status'],
  });
}

/** Only root may, or whom polkit lets. */
function refused([verb = 'change', ...units]: readonly string[]): KlorosError {
  return new KlorosError({
    code: 'SYSTEMCTL_REFUSED',
    message: `You may not ${verb} ${units.join(', ')}`,
    why: hasPolkit()
      ? 'only root may, and who was a member of their group when they logged in, once "kloros systemd install" has told polkit'
      : 'only root may: without polkit systemd lets no one else',
    next: hasPolkit()
      ? ['run it with sudo', 'be a member: id -nG; sudo usermod --append --groups kloros $USER']
      : ['run it with sudo', 'let members of the group: sudo apt-get install polkitd && sudo kloros systemd install'],
  });
}

/** Where a user's own systemd is found also by a shell that no session started, e.g. one of su. */
function sessionOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return { XDG_RUNTIME_DIR: env['XDG_RUNTIME_DIR'] ?? `/run/user/${process.getuid?.() ?? 0}` };
}
