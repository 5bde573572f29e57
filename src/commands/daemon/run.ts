import { Args, Flags } from '@oclif/core';
import { daemons, findDaemon } from '../../daemons/index.js';
import { systemClock } from '../../lib/base/clock.js';
import { toError } from '../../lib/base/errors.js';
import { createLog, type Logger } from '../../lib/base/log.js';
import { LossyLines } from '../../lib/base/lossy-lines.js';
import { noteReload, type ReloadReport } from '../../lib/base/reload-report.js';
import { startWatchdog } from '../../lib/base/watchdog.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { usageError } from '../../lib/cli/command-error.js';
import { exitCodeOf } from '../../lib/cli/exit-codes.js';
import { watchHangUp } from '../../lib/cli/hang-up.js';
import { stderrForm } from '../../lib/cli/operator-log.js';
import { canRest, isOnDemand } from '../../lib/config/activation.js';
import { pathsOf } from '../../lib/config/paths.js';
import type { Config } from '../../lib/config/schema.js';
import { repairKeeper } from '../../lib/keeping/repair-keeper.js';
import { cannotRestart } from '../../lib/runtime/colony-door.js';
import type { AnyDaemon } from '../../lib/runtime/define-daemon.js';
import { untilIdle } from '../../lib/runtime/idle.js';
import type { RunningDaemon } from '../../lib/runtime/run-options.js';
import { startReloadable, type ReloadableDaemon } from '../../lib/runtime/reloadable.js';
import { linkToSystemd, type SystemdLink } from '../../lib/runtime/sd-notify.js';
import { linkToSupervisor, type SupervisorLink } from '../../lib/supervise/supervisor-link.js';

/** An event loop that stands still for this long neither beats nor stops when it is told to: its process is ended. */
const STALL_MS = 30_000;

/** Runs one daemon in the foreground. */
export default class DaemonRun extends KlorosCommand {
  static override service = true;
  static override summary = 'Run one daemon in the foreground';
  static override description = `Logs go to stderr: words on a terminal, JSON in a pipe, the journal's priorities under systemd.
Ctrl-C and SIGTERM stop it in order: what runs may finish, the rest is given back. A second Ctrl-C ends it at once.
SIGHUP has it read its settings anew, as kloros daemon reload does.`;
  static override examples = [
    '<%= config.bin %> daemon run intent-router',
    '<%= config.bin %> daemon run investigation-consumer --instance 2',
  ];
  static override args = { daemon: Args.string({ description: 'its name; see kloros daemon list', required: true }) };
  static override flags = {
    instance: Flags.string({
      summary: 'Run a further instance, which shares the work of the first',
      helpValue: 'NAME',
    }),
    'until-idle': Flags.boolean({
      summary: 'End when nothing has been to do for activation.idleMs; whoever keeps it starts it for the next signal',
    }),
  };

  async run(): Promise<void> {
    const supervisor = linkToSupervisor(process.env);
    try {
      await this.#runUntilStopped(supervisor);
    } catch (error) {
      if (!supervisor) throw error;
      supervisor.failed(error); // Who reports to a supervisor is shown by it.
      this.status = exitCodeOf(error);
    }
  }

  async #runUntilStopped(supervisor: SupervisorLink | undefined): Promise<void> {
    const { args, flags } = await this.parse(DaemonRun);
    const definition = findDaemon(args.daemon);
    const { config } = await this.settings();
    if (flags['until-idle']) demandRest(definition);
    const { stopped, leave } = this.#untilStopped(supervisor);
    const log = logOf(definition.name);
    // Before the first signal is handled: what stood still the last time comes again at once.
    const callOffWatchdog = await startWatchdog(STALL_MS);
    const systemd = await linkToSystemd(process.env);
    const starting = startReloadable({
      config,
      clock: systemClock,
      read: async () => (await this.settings()).config,
      start: await this.#starter(definition, { log, instance: flags.instance, supervisor }),
    });
    const reloadStarted = async () => {
      const daemon = await starting.catch(() => undefined); // Then this command fails with it.
      const report = daemon && (await reload(daemon, systemd, log));
      if (report) await tellOfReload(pathsOf(config).reloads, { daemon: definition.name, report, log });
    };
    // Before anybody hears that it is ready, and may ask.
    const hangUp = watchHangUp({ reload: reloadStarted, gone: leave });
    const running = await starting;
    supervisor?.ready();
    systemd?.ready(() => running.vitals());
    if (!supervisor) log.info({ home: config.home, pid: process.pid, version: this.config.version }, 'Ready');
    const rests = flags['until-idle'] || (supervisor !== undefined && isOnDemand(definition, config));
    const { idleMs, leastRunMs } = config.activation;
    const least = { idleMs, leastRunMs: systemd ? leastRunMs : 0 };
    const idle = rests ? [untilIdle(running, least, systemClock)] : [];
    const over = await Promise.race([stopped, running.done, ...idle]);
    hangUp.ignore();
    systemd?.stopping();
    if (over === 'idle') await this.#rest(running, () => tellOfRest(supervisor, log));
    else await running.stop();
    await running.done;
    await callOffWatchdog();
    hangUp.end();
  }

  /** Who is told to stop while it is ending is stopped, and not at rest. */
  async #rest(running: RunningDaemon, tell: () => void): Promise<void> {
    if (this.interrupted.aborted) return running.stop();
    tell();
    await running.rest();
  }

  /** How the daemon is started under some settings. */
  async #starter(definition: AnyDaemon, { log, instance, supervisor }: Surroundings) {
    const { runDaemon } = await import('../../lib/runtime/run-daemon.js');
    return (config: Config) =>
      runDaemon(definition, {
        config,
        clock: systemClock,
        log,
        random: Math.random,
        keeper: repairKeeper({ config, daemons, env: process.env, cannotRestart }),
        onStuckWriter: (holders) => supervisor?.stuck(holders),
        ...(instance === undefined ? {} : { instance }),
      });
  }

  /** Resolves when it is told to stop, its supervisor is gone, or its terminal is, which calls `leave`. */
  #untilStopped(supervisor: SupervisorLink | undefined): { stopped: Promise<void>; leave: () => void } {
    let leave = () => undefined as void;
    const stopped = new Promise<void>((resolve) => {
      leave = resolve;
      this.interrupted.addEventListener('abort', () => resolve(), { once: true });
      supervisor?.onGone(resolve);
    });
    return { stopped, leave: () => leave() };
  }
}

interface Surroundings {
  log: Logger;
  instance: string | undefined;
  supervisor: SupervisorLink | undefined;
}

async function reload(running: ReloadableDaemon, systemd: SystemdLink | undefined, log: Logger): Promise<ReloadReport> {
  const begun = { pid: process.pid, begunNs: process.hrtime.bigint() };
  systemd?.reloading();
  try {
    const complaint = await running.reload();
    systemd?.ready(() => running.vitals());
    if (complaint === undefined) log.info('Settings are read anew');
    else log.error(`Settings are not taken up: ${complaint}`);
    return { ...begun, outcome: complaint === undefined ? 'reloaded' : 'refused', why: complaint ?? null };
  } catch (error) {
    // The daemon is over, and this command fails with the reason.
    return { ...begun, outcome: 'failed', why: toError(error).message };
  }
}

interface Telling {
  daemon: string;
  report: ReloadReport;
  log: Logger;
}

/** Who cannot be told (a full disk) finds it in the log. */
async function tellOfReload(folder: string, { daemon, report, log }: Telling): Promise<void> {
  await noteReload(folder, daemon, report).catch((error: unknown) => {
    log.warn({ err: error }, 'Whoever asked for the reload cannot be told what became of it');
  });
}

function tellOfRest(supervisor: SupervisorLink | undefined, log: Logger): void {
  if (supervisor) supervisor.idle();
  else log.info('Ends until it has something to do');
}

function logOf(daemon: string): Logger {
  const level = process.env['KLOROS_LOG_LEVEL'] ?? 'info';
  const lines = new LossyLines(process.stderr);
  return createLog({ daemon, form: stderrForm(), level, write: (line) => lines.write(line) });
}

function demandRest(definition: AnyDaemon): void {
  const { name } = definition;
  if (canRest(definition)) return;
  throw usageError(`${name} does not end when it is idle`, 'it looks by itself at files or at the time', [
    `kloros daemon run ${name}`,
  ]);
}
