import { Flags } from '@oclif/core';
import chalk from 'chalk';
import { KlorosError } from '../base/errors.js';
import { pathsOf } from '../config/paths.js';
import type { Scope } from '../systemd/layout.js';
import { machineLayout, type MachineLayout } from '../systemd/machine-layout.js';
import { readRecord } from '../systemd/record.js';
import { runSteps, type Step } from '../systemd/steps.js';
import { KlorosCommand } from './base-command.js';
import { confirmed } from './confirm.js';
import { ExitCode } from './exit-codes.js';

/** Flags of every command about systemd. */
export const scopeFlags = {
  system: Flags.boolean({ summary: "The system's own services (the default for root)", exclusive: ['user'] }),
  user: Flags.boolean({
    summary:
      'Services of your own, without root (the default for others, unless those of the system keep their colony)',
  }),
  'run-as': Flags.string({
    summary: 'System services: user and group whom the daemons run as',
    default: 'kloros',
    helpValue: 'USER',
  }),
};

/** Flags of every command that changes what systemd has. */
export const changeFlags = {
  ...scopeFlags,
  'dry-run': Flags.boolean({ summary: 'Show what would be done, do nothing' }),
  yes: Flags.boolean({ summary: 'Do not ask', char: 'y' }),
};

/** What was done, or would be. */
export interface StepsResult {
  /** False where it was only shown. */
  done: boolean;
  steps: string[];
}

interface ScopeFlags {
  system: boolean;
  user: boolean;
  'run-as': string;
}

/** What commands about systemd have in common: which services they mean, and steps that are shown before they are done. */
export abstract class SystemdCommand extends KlorosCommand {
  /** Which services a command is about. */
  protected async scopeOf({ system, user }: Pick<ScopeFlags, 'system' | 'user'>): Promise<Scope> {
    if (system || user) return system ? 'system' : 'user';
    if (process.getuid?.() === 0) return 'system';
    const { config } = await this.settings();
    return (await readRecord(pathsOf(config).systemd))?.scope ?? 'user';
  }

  /** Where an installation on this machine has what. */
  protected async machine(flags: ScopeFlags): Promise<MachineLayout> {
    const found = await machineLayout({
      scope: await this.scopeOf(flags),
      env: process.env,
      cwd: process.cwd(),
      execPath: process.execPath,
      root: this.config.root,
      home: this.homeFlag,
      runAs: flags['run-as'],
    });
    for (const warning of found.warnings) this.warn(warning);
    return found;
  }

  /** Shows the steps, asks, does them. */
  protected async apply(question: string, steps: readonly Step[], flags: { 'dry-run': boolean; yes: boolean }) {
    const words = steps.map((step) => step.words);
    if (flags['dry-run']) {
      for (const step of words) this.log(`would ${step}`);
      return { done: false, steps: words };
    }
    if (!flags.yes) for (const step of words) this.note(`will ${step}`);
    if (!(await confirmed(question, { yes: flags.yes, mode: this.mode, abort: this.interrupted }))) {
      this.note('Nothing was changed');
      this.status = ExitCode.failed;
      return { done: false, steps: words };
    }
    await runSteps(steps, (step) => this.log(`${chalk.green('done')}  ${step.words}`));
    return { done: true, steps: words };
  }

  /** Only root changes the system's services. */
  protected refuseWithoutRoot(scope: Scope): void {
    if (scope === 'user' || process.getuid?.() === 0) return;
    throw new KlorosError({
      code: 'NEEDS_ROOT',
      message: "The system's services can only be changed by root",
      why: `this is user ${process.getuid?.() ?? '?'}`,
      next: ['run it with sudo', 'or have services of your own: add --user'],
    });
  }
}
