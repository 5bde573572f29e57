import type { Credential } from '../config/credentials.js';
import type { Reach } from './reach.js';

/** Whether systemd itself runs the colony, or a user's own manager. */
export type Scope = 'system' | 'user';

/** Where an installation has what; everything that the text of a unit depends on besides its daemon. */
export interface Layout {
  scope: Scope;
  /** Node, by a path that an upgrade keeps. */
  node: string;
  /** The package's folder. */
  root: string;
  home: string;
  /** Whom the daemons run as; null in the user scope. */
  user: string | null;
  group: string | null;
  /** Code that the colony may look at. */
  sourceRoots: readonly string[];
}

/** A daemon, as far as its unit depends on it. */
export interface UnitDaemon {
  name: string;
  purpose: string;
  isHub: boolean;
  /** It ends when nothing is to be done, and is started when a signal waits for it. */
  isOnDemand: boolean;
  /** Folders besides the home that it changes. */
  alsoWrites: readonly string[];
  reach: Reach;
  credentials: readonly Credential[];
}

/** Home of a colony that systemd itself runs. */
export const SYSTEM_HOME = '/var/lib/kloros';

/** Where npm puts a global package on Debian; what the units in the repository are made for. */
export const STANDARD_LAYOUT: Layout = {
  scope: 'system',
  node: '/usr/bin/node',
  root: '/usr/lib/node_modules/kloros',
  home: SYSTEM_HOME,
  user: 'kloros',
  group: 'kloros',
  sourceRoots: [`${SYSTEM_HOME}/src`],
};
