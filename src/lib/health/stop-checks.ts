import type { HealthCheck } from './check.js';
import { healing } from './checks/healing.js';
import { paused } from './checks/paused.js';
import { peers } from './checks/peers.js';
import { policies } from './checks/policies.js';
import { refused } from './checks/refused.js';
import { registry } from './checks/registry.js';
import { wal } from './checks/wal.js';
import { wire } from './checks/wire.js';

/** What stops or bounds the colony while its daemons run; `daemon list` and `stuck` ask these too. */
export const stopChecks: readonly HealthCheck[] = [paused, registry, wal, refused, wire, peers, healing, policies];
