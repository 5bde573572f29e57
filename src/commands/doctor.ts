import { release } from 'node:os';
import { Flags } from '@oclif/core';
import chalk from 'chalk';
import { daemons } from '../daemons/index.js';
import { systemClock } from '../lib/base/clock.js';
import { toError } from '../lib/base/errors.js';
import { formatBytes } from '../lib/base/formats.js';
import { KlorosCommand } from '../lib/cli/base-command.js';
import { confirmed } from '../lib/cli/confirm.js';
import { doctorText } from '../lib/cli/doctor-text.js';
import { CheckCode } from '../lib/cli/exit-codes.js';
import { operatorLog } from '../lib/cli/operator-log.js';
import type { LoadedConfig } from '../lib/config/load.js';
import { redactedTexts, writeBundle } from '../lib/doctor/bundle.js';
import { bundleParts } from '../lib/doctor/bundle-parts.js';
import { doctorChecks, groundChecks } from '../lib/doctor/checks/index.js';
import { diagnosisOf, examine, invalidConfiguration, type Diagnosis } from '../lib/doctor/examine.js';
import { openDoctor } from '../lib/doctor/open-doctor.js';
import { openView } from '../lib/health/open-view.js';

const CODE = { OK: CheckCode.ok, WARNING: CheckCode.warning, CRITICAL: CheckCode.critical } as const;
const SOURCES = { nodeVersion: process.versions.node, execPath: process.execPath, clock: systemClock };

/** Looks at the installation. */
export default class Doctor extends KlorosCommand {
  static override check = true;
  static override summary = 'Look at the installation: Node, modules, ports, permissions, units, settings, clock';
  static override description = `Each finding has a code that stays the same (docs/doctor.md), why it matters, and what to do.
It changes nothing unless --fix is given, and then shows first what it will do. kloros health looks at the running colony instead.`;
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor --fix --dry-run',
    '<%= config.bin %> doctor --bundle kloros-report.tar.gz --yes',
  ];
  static override flags = {
    fix: Flags.boolean({ summary: 'Mend what is safe to mend' }),
    'dry-run': Flags.boolean({ summary: 'Show what would be done, and do nothing' }),
    bundle: Flags.string({ summary: 'Write an archive without secrets, to attach to a report', helpValue: 'FILE' }),
    yes: Flags.boolean({ char: 'y', summary: 'Do not ask' }),
  };

  async run(): Promise<Diagnosis & { fixed: string[]; bundle?: string[] }> {
    const { flags } = await this.parse(Doctor);
    const loaded = await this.settings().catch((error: unknown) => toError(error));
    const diagnosis = await this.#diagnose(loaded);
    this.status = CODE[diagnosis.status];
    this.log(doctorText(diagnosis));
    const fixed = flags.fix ? await this.#fix(diagnosis, flags) : [];
    if (flags.bundle === undefined) return { ...diagnosis, fixed };
    if (loaded instanceof Error) throw loaded;
    return { ...diagnosis, fixed, bundle: await this.#bundle(loaded, { diagnosis, path: flags.bundle, flags }) };
  }

  async #diagnose(loaded: LoadedConfig | Error): Promise<Diagnosis> {
    if (loaded instanceof Error) {
      const { looked, findings } = await examine(groundChecks, SOURCES);
      return diagnosisOf(looked, [...findings, invalidConfiguration(loaded)]);
    }
    const { config, warnings } = loaded;
    const place = { env: process.env, cwd: process.cwd(), root: this.config.root };
    const view = openDoctor({ ...SOURCES, ...place, config, warnings, daemons });
    try {
      return await examine(doctorChecks, view);
    } finally {
      view.close();
    }
  }

  async #fix({ findings }: Diagnosis, flags: Asking): Promise<string[]> {
    const fixes = findings.flatMap(({ fix }) => fix ?? []);
    const whats = fixes.map(({ what }) => what);
    if (fixes.length === 0) this.note('Nothing of this can be mended by itself.');
    if (fixes.length === 0 || !(await this.#agreed('Do this?', whats, flags))) return [];
    for (const fix of fixes) await fix.apply();
    this.log(whats.map((what) => `  ${chalk.green('✔')} ${what}`).join('\n'));
    return whats;
  }

  async #bundle(
    { config, origins }: LoadedConfig,
    { diagnosis, path, flags }: { diagnosis: Diagnosis; path: string; flags: Asking },
  ): Promise<string[]> {
    const health = openView({ config, clock: systemClock, log: operatorLog(), members: daemons });
    const { node, v8 } = process.versions;
    const versions = {
      kloros: this.config.version,
      node,
      v8,
      system: `${process.platform} ${process.arch} ${release()}`,
    };
    const parts = await bundleParts({ diagnosis, health, origins, versions }).finally(() => health.close());
    const texts = redactedTexts(parts, process.env['HOME'] ?? '');
    const list = parts.map(({ name, what }) => `${name}: ${what}, ${formatBytes(texts.get(name)?.length ?? 0)}`);
    if (!(await this.#agreed(`Write these into ${path}?`, list, flags))) return [];
    const { bytes } = await writeBundle(path, texts);
    this.log(
      `  ${chalk.green('✔')} ${path}, ${formatBytes(bytes)}; look into it before you give it away: tar -xzOf ${path}`,
    );
    return parts.map(({ name }) => name);
  }

  async #agreed(question: string, what: readonly string[], { yes, 'dry-run': dryRun }: Asking): Promise<boolean> {
    this.log(['', ...what.map((text) => `  ${chalk.yellow('→')} ${text}`)].join('\n'));
    return !dryRun && (await confirmed(question, { yes, mode: this.mode, abort: this.interrupted }));
  }
}

interface Asking {
  yes: boolean;
  'dry-run': boolean;
}
