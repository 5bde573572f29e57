import { Flags } from '@oclif/core';
import { timeoutSignal } from '../lib/base/timers.js';
import { daemons, findDaemon } from '../daemons/index.js';
import { parseDurationMs } from '../lib/base/duration.js';
import { createLog, type LogForm } from '../lib/base/log.js';
import { LossyLines } from '../lib/base/lossy-lines.js';
import { KlorosCommand, outputFlag } from '../lib/cli/base-command.js';
import { usageError } from '../lib/cli/command-error.js';
import { ExitCode } from '../lib/cli/exit-codes.js';
import { heldBackText } from '../lib/cli/held-back.js';
import { stderrForm } from '../lib/cli/operator-log.js';
import { planText } from '../lib/cli/up-plan.js';
import type { Config } from '../lib/config/schema.js';
import { pathsOf } from '../lib/config/paths.js';
import type { MemberStatus } from '../lib/supervise/colony.js';
import { detach, DETACHED } from '../lib/supervise/detach.js';
import { LogFiles } from '../lib/supervise/log-files.js';
import { linePainter } from '../lib/supervise/log-lines.js';
import { planOf, type PlannedMember, type UpPlan } from '../lib/supervise/plan.js';
import { reportDetached } from '../lib/supervise/supervisor-link.js';
import { startSupervisor, type Supervisor } from '../lib/supervise/supervisor.js';
import { logTransition } from '../lib/supervise/transition-text.js';

/** What `up --json` answers when the colony has stopped, has been detached, or was only planned. */
type Result = { home: string; readyInMs: number; daemons: MemberStatus[] } | { home: string; pid: number } | UpPlan;

/** Runs the colony. */
export default class Up extends KlorosCommand {
  static override service = true;
  static override summary = 'Run the colony: the hub and all daemons, in the foreground or detached';
  static override description = `A daemon that dies is started again, later each time; five starts in a minute are too many.
Ctrl-C stops those who work first and the hub last. A second Ctrl-C ends everything at once.
With --detach it returns when all are ready, and each daemon has a log file: kloros daemon logs, kloros daemon stop --all.`;
  static override examples = [
    '<%= config.bin %> up --for 3s',
    '<%= config.bin %> up --only chemical-bus --only intent-router --for 3s',
    '<%= config.bin %> up --output jsonl --for 3s',
    '<%= config.bin %> up --dry-run',
  ];
  static override flags = {
    only: Flags.string({ summary: 'Run only this daemon', multiple: true, helpValue: 'DAEMON', exclusive: ['except'] }),
    except: Flags.string({ summary: 'Run all but this daemon', multiple: true, helpValue: 'DAEMON' }),
    for: Flags.string({ summary: 'Stop by itself after this time, e.g. 10m', helpValue: 'DURATION' }),
    detach: Flags.boolean({ summary: 'Go on without a terminal, and write log files' }),
    'on-demand': Flags.boolean({ summary: 'Daemons that only answer rest until a signal waits for them' }),
    'dry-run': Flags.boolean({ summary: 'Show what would be started, with ports and paths' }),
    output: outputFlag(),
  };

  #ready = false;

  async run(): Promise<Result> {
    const { flags } = await this.parse(Up);
    const limitMs = flags.for === undefined ? undefined : parseDurationMs(flags.for);
    const members = chosen(flags.only, flags.except);
    const wished = flags['on-demand'] ? { 'activation.default': 'on-demand' } : {};
    const { config } = await this.settings(wished);
    if (flags['dry-run']) return this.#planned(planOf(members, config, flags.detach));
    if (flags.detach) return this.#detach(members, config, flags.for);
    try {
      return await this.#keep(members, config, limitMs);
    } catch (error) {
      if (process.env[DETACHED] === '1') reportDetached({ thrown: error });
      throw error;
    }
  }

  #planned(plan: UpPlan): UpPlan {
    this.log(planText(plan, process.stdout.columns));
    return plan;
  }

  async #detach(members: readonly PlannedMember[], config: Config, limit: string | undefined): Promise<Result> {
    const flags = [
      ...members.flatMap(({ name }) => ['--only', name]),
      ...(limit === undefined ? [] : ['--for', limit]),
      ...(config.activation.default === 'on-demand' ? ['--on-demand'] : []),
    ];
    const pid = await detach({ program: this.#program, config, env: process.env, flags });
    this.log(`Runs detached as process ${pid}: ${members.length} daemons, home ${config.home}\n${DETACHED_NEXT}`);
    for (const text of await heldBackText(config, { members, hub: findDaemon('chemical-bus').name })) this.warn(text);
    return { home: config.home, pid };
  }

  async #keep(members: readonly PlannedMember[], config: Config, limitMs: number | undefined): Promise<Result> {
    const startMs = performance.now();
    const { colony, close } = await this.#start(members, config);
    this.#ready = true;
    const readyInMs = Math.round(performance.now() - startMs);
    if (process.env[DETACHED] === '1') reportDetached('ready');
    await this.line({ state: 'READY', time: new Date().toISOString(), home: config.home, readyInMs });
    this.log(`Ready in ${readyInMs} ms: ${members.length} daemons, home ${config.home}\n${NEXT}`);
    for (const text of await heldBackText(config, { members, hub: findDaemon('chemical-bus').name })) this.warn(text);
    const limit = limitMs === undefined ? [] : [timeoutSignal(limitMs)];
    const over = AbortSignal.any([this.interrupted, ...limit]);
    const stop = () => {
      const reason: unknown = over.reason;
      this.note(`Stops: ${this.interrupted.aborted && reason instanceof Error ? byWhom(reason) : `--for is over`}`);
      void colony.stop();
    };
    if (over.aborted) stop();
    else over.addEventListener('abort', stop, { once: true });
    await colony.done.finally(close);
    const statuses = colony.statuses();
    if (statuses.some(({ state }) => state === 'FATAL')) this.status = ExitCode.failed;
    return { home: config.home, readyInMs, daemons: statuses };
  }

  #start(members: readonly PlannedMember[], config: Config): Promise<Supervisor> {
    const detached = process.env[DETACHED] === '1';
    const form = stderrForm();
    const tell = detached ? toFiles(config) : toTerminal(form, members);
    const level = process.env['KLOROS_LOG_LEVEL'] ?? 'info';
    const log = createLog({ daemon: 'kloros', form, level, write: (line) => tell('kloros', line.trimEnd()) });
    return startSupervisor({
      config,
      members: daemons,
      chosen: members,
      program: this.#program,
      env: { ...process.env, KLOROS_ACTIVATION_DEFAULT: config.activation.default },
      form,
      detached,
      log,
      onLine: tell,
      onTransition: (transition) => {
        // What is given up before the colony is ready is what this command fails with.
        if (this.#ready || transition.state !== 'FATAL') logTransition(log, transition);
        void this.line({ time: new Date().toISOString(), ...transition });
      },
      abort: this.interrupted,
    });
  }

  get #program() {
    return { root: this.config.root, fromSources: import.meta.url.endsWith('.ts') };
  }
}

const NEXT = 'Next: kloros intent submit, or kloros bus listen; Ctrl-C stops all in order.';
const DETACHED_NEXT =
  'Next: kloros daemon status, kloros daemon logs --follow; kloros daemon stop --all stops it in order.';

type Tell = (daemon: string, line: string) => void;

function toTerminal(form: LogForm, members: readonly PlannedMember[]): Tell {
  const paint = linePainter(form, ['kloros', ...members.map(({ name }) => name)]);
  const lines = new LossyLines(process.stderr);
  return (name, line) => lines.write(`${paint(name, line)}\n`);
}

function toFiles(config: Config): Tell {
  const files = new LogFiles({ folder: pathsOf(config).logs, ...config.logs });
  const paint = linePainter('json', []);
  return (name, line) => files.write(name, paint(name, line));
}

function byWhom({ message, ...error }: Error & { why?: string }): string {
  return error.why ?? message;
}

function chosen(only: readonly string[] | undefined, except: readonly string[] | undefined): readonly PlannedMember[] {
  const wanted = new Set(only?.map((name) => findDaemon(name).name) ?? daemons.map(({ name }) => name));
  for (const name of except ?? []) wanted.delete(findDaemon(name).name);
  const members = daemons.filter(({ name }) => wanted.has(name));
  if (members.length > 0) return members;
  throw usageError('No daemon is left to run', 'all are excepted', ['kloros daemon list', 'kloros up']);
}
