import type { Chain } from '../demo/ask.js';
import type { DemoColony, DemoColonyOptions } from '../demo/demo-colony.js';
import type { Evolved } from '../demo/evolve.js';
import type { Sandbox, SandboxOptions } from '../demo/sandbox.js';

/** What the steps make, one after the other. */
export interface Stage {
  sandbox?: Sandbox;
  running?: DemoColony;
  readyInMs?: number;
  chains: Chain[];
  evolved?: Evolved;
}

/** What the steps need. */
export interface DemoStepsOptions extends Omit<DemoColonyOptions, 'onTransition'>, SandboxOptions {
  /** Live steps need a terminal; else one line each. */
  renderer: 'default' | 'simple' | 'silent';
}
