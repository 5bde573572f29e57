import { spawnSync } from 'node:child_process';

/** Whether Prometheus' own judge is installed; Debian has it in the package `prometheus`. */
export const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

/** What promtool says, and whether it is content. */
export function promtool(args: readonly string[], input?: string): { ok: boolean; said: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8', ...(input ? { input } : {}) });
  return { ok: status === 0, said: `${stdout}${stderr}` };
}
