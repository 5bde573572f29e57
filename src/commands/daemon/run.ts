import { Args, Flags } from '@oclif/core';
import { findDaemon } from '../../daemons/index.js';
import { systemClock } from '../../lib/base/clock.js';
import { createLog } from '../../lib/base/log.js';
import { startWatchdog } from '../../lib/base/watchdog.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { exitCodeOf } from '../../lib/cli/exit-codes.js';
import { stderrForm } from '../../lib/cli/operator-log.js';
import { isOnDemand } from '../../lib/config/activation.js';
import type { RunningDaemon } from '../../lib/runtime/run-options.js';
import { linkToSystemd } from '../../lib/runtime/sd-notify.js';
import { linkToSupervisor, type SupervisorLink } from '../../lib/supervise/supervisor-link.js';

/** An event loop that stands still for this long neither beats nor stops when it is told to: its process is ended. */
const STALL_MS = 30_000;

/** Runs one daemon in the foreground. */
export default class DaemonRun extends KlorosCommand {
  static override summary = 'Run one daemon in the foreground';
  static override description = `Logs go to stderr: words on a terminal, JSON in a pipe, the journal's priorities under systemd.
Ctrl-C and SIGTERM stop it in order: what runs may finish, the rest is given back. A second Ctrl-C ends it at once.`;
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
    const stopped = this.#untilStopped(supervisor);
    const log = createLog({
      daemon: definition.name,
      form: stderrForm(),
      level: process.env['KLOROS_LOG_LEVEL'] ?? 'info',
      write: (line) => void process.stderr.write(line),
    });
    const { runDaemon } = await import('../../lib/runtime/run-daemon.js');
    const instance = flags.instance === undefined ? {} : { instance: flags.instance };
    // Before the first signal is handled: what stood still the last time comes again at once.
    const callOffWatchdog = await startWatchdog(STALL_MS);
    const systemd = await linkToSystemd(process.env);
    const running = await runDaemon(definition, {
      config,
      clock: systemClock,
      log,
      random: Math.random,
      onStuckWriter: (holders) => supervisor?.stuck(holders),
      ...instance,
    });
    supervisor?.ready();
    systemd?.ready(() => running.vitals());
    if (!supervisor) log.info({ home: config.home, pid: process.pid }, 'Ready');
    const resting = isOnDemand(definition, config) && supervisor;
    if (resting) await Promise.race([stopped, running.done, this.#untilIdle(running, config.activation.idleMs)]);
    else await Promise.race([stopped, running.done]);
    if (resting && running.restingMs() >= config.activation.idleMs && !this.interrupted.aborted) supervisor.idle();
    systemd?.stopping();
    await running.stop();
    await running.done;
    await callOffWatchdog();
  }

  #untilIdle(running: RunningDaemon, idleMs: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        const leftMs = idleMs - running.restingMs();
        if (leftMs <= 0) resolve();
        else setTimeout(look, leftMs).unref();
      };
      look();
    });
  }

  #untilStopped(supervisor: SupervisorLink | undefined): Promise<void> {
    return new Promise((resolve) => {
      this.interrupted.addEventListener('abort', () => resolve(), { once: true });
      supervisor?.onGone(resolve);
    });
  }
}
