import { stringify } from 'yaml';
import type { Layout } from './layout.js';

const ABOUT = `# Settings of the colony that systemd runs, for its daemons and for whoever operates it.
# kloros config show says what can be set, what is set, and where. After a change of home, host or folders:
# kloros systemd install, because the services may touch nothing else.
`;

/** The first /etc/kloros/config.yaml: enough for an operator's commands to find the colony. */
export function systemConfigText({ home, sourceRoots }: Layout): string {
  return ABOUT + stringify({ home, sourceRoots: [...sourceRoots] });
}
