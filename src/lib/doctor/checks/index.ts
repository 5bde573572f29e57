import type { DoctorCheck, GroundView } from '../finding.js';
import { clock } from './clock.js';
import { configuration } from './configuration.js';
import { disk } from './disk.js';
import { journal } from './journal.js';
import { nativeModules } from './native-modules.js';
import { node } from './node.js';
import { peers } from './peers.js';
import { permissions } from './permissions.js';
import { ports } from './ports.js';
import { rules } from './rules.js';
import { signals } from './signals.js';
import { units } from './units.js';

/** What can be looked at without a configuration. */
export const groundChecks: readonly DoctorCheck<GroundView>[] = [node, nativeModules];

/** Every check, from the ground up. */
export const doctorChecks: readonly DoctorCheck[] = [
  ...groundChecks,
  ...[disk, clock, configuration, rules, permissions, peers, ports, units, journal, signals],
];
