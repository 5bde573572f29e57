import type { Clock } from '../base/clock.js';
import type { Finding } from '../base/finding.js';
import type { Observer } from '../bus/observer.js';
import type { Config } from '../config/schema.js';
import type { UnitDaemon } from '../systemd/layout.js';

/** Something that can be mended without asking what was meant. */
export interface Fix {
  /** What will be done, e.g. `chmod o-w /home/kloros/.kloros`. */
  what: string;
  apply(): Promise<unknown>;
}

/** Something that the doctor found. */
export interface DoctorFinding extends Finding {
  /** Present where it is safe to do by itself. */
  fix?: Fix;
}

/** A daemon as far as its connections go. */
export type Member = UnitDaemon & { hears: readonly string[]; says: readonly string[]; portOffset?: number };

/** What the doctor looks at; nothing is read from the process's surroundings. */
export interface DoctorView {
  config: Config;
  env: NodeJS.ProcessEnv;
  cwd: string;
  clock: Clock;
  /** Version of the running Node, without a `v`. */
  nodeVersion: string;
  execPath: string;
  /** The package's folder. */
  root: string;
  members: readonly Member[];
  /** What loading the configuration warned of. */
  warnings: readonly string[];
  /** Undefined where nothing has ever run. */
  journal: () => Observer | undefined;
}

/** What there is to look at even where the configuration cannot be loaded. */
export type GroundView = Pick<DoctorView, 'nodeVersion'>;

/** One question about the installation. */
export interface DoctorCheck<View = DoctorView> {
  name: string;
  /** In words. */
  asks: string;
  /** Codes of what it may find. */
  codes: readonly string[];
  look(view: View): Promise<DoctorFinding[]>;
}
