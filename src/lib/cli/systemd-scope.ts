import { Flags } from '@oclif/core';
import type { Scope } from '../systemd/layout.js';

/** Flags of every command about systemd. */
export const scopeFlags = {
  system: Flags.boolean({ summary: "The system's own services (the default for root)", exclusive: ['user'] }),
  user: Flags.boolean({ summary: 'Services of your own, without root (the default for everyone else)' }),
};

/** Whom a system installation runs as. */
export const runAsFlag = Flags.string({
  summary: 'System installation: user and group whom the daemons run as',
  default: 'kloros',
  helpValue: 'USER',
});

/** Which services a command is about. */
export function scopeOf({ system, user }: { system: boolean; user: boolean }): Scope {
  if (system) return 'system';
  return user || process.getuid?.() !== 0 ? 'user' : 'system';
}
