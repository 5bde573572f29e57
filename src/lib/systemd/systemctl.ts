import { KlorosError } from '../base/errors.js';
import { runCommand, type CommandResult } from '../base/process-group.js';
import type { Scope } from './layout.js';
import { notHere } from './not-here.js';

/** Speaks with one systemd: the system's, or a user's own. */
export type Systemctl = (...args: string[]) => Promise<CommandResult>;

const LIMIT_MS = 120_000;
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
    if (isAbsent || UNREACHABLE.test(result.stderr)) throw notHere('systemctl', result.stderr);
    return result;
  };
}

/** Runs a command of systemctl that must succeed. Throws SYSTEMCTL_FAILED. */
export async function demand(systemctl: Systemctl, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await systemctl(...args);
  if (exitCode === 0) return stdout;
  throw new KlorosError({
    code: 'SYSTEMCTL_FAILED',
    message: `systemctl ${args.join(' ')} failed`,
    why: stderr.trim() || `it ended with exit code ${exitCode ?? 'unknown'}`,
    next: ['see how the services are: kloros systemd status'],
  });
}

/** Where a user's own systemd is found also by a shell that no session started, e.g. one of su. */
function sessionOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return { XDG_RUNTIME_DIR: env['XDG_RUNTIME_DIR'] ?? `/run/user/${process.getuid?.() ?? 0}` };
}
