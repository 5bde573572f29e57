import { Flags } from '@oclif/core';
import { daemons, findDaemon } from '../daemons/index.js';
import { systemClock } from '../lib/base/clock.js';
import { parseDurationMs } from '../lib/base/duration.js';
import { createLog, logFormFor } from '../lib/base/log.js';
import { KlorosCommand, outputFlag } from '../lib/cli/base-command.js';
import { usageError } from '../lib/cli/command-error.js';
import { ExitCode } from '../lib/cli/exit-codes.js';
import { maintenanceText } from '../lib/cli/standstill-text.js';
import { pathsOf } from '../lib/config/paths.js';
import type { Config } from '../lib/config/schema.js';
import { ChronicleKeeper } from '../lib/supervise/chronicle-keeper.js';
import { startColony, type Colony, type Member, type MemberStatus } from '../lib/supervise/colony.js';
import { daemonCommand } from '../lib/supervise/daemon-command.js';
import { maintenanceAt } from '../lib/maintenance/mode.js';
import { linePainter } from '../lib/supervise/log-lines.js';
import { logTransition } from '../lib/supervise/transition-text.js';

/** What `up --json` answers when the colony has stopped. */
interface Result {
  home: string;
  /** Until all were ready. */
  readyInMs: number;
  daemons: MemberStatus[];
}

/** Runs the colony. */
export default class Up extends KlorosCommand {
  static override summary = 'Run the colony: the hub and all daemons, in the foreground';
  static override description = `A daemon that dies is started again, later each time; five starts in a minute are too many.
Ctrl-C stops those who work first and the hub last. A second Ctrl-C ends everything at once.`;
  static override examples = [
    '<%= config.bin %> up --for 3s',
    '<%= config.bin %> up --only chemical-bus --only intent-router --for 3s',
    '<%= config.bin %> up --output jsonl --for 3s',
  ];
  static override flags = {
    only: Flags.string({ summary: 'Run only this daemon', multiple: true, helpValue: 'DAEMON', exclusive: ['except'] }),
    except: Flags.string({ summary: 'Run all but this daemon', multiple: true, helpValue: 'DAEMON' }),
    for: Flags.string({ summary: 'Stop by itself after this time, e.g. 10m', helpValue: 'DURATION' }),
    output: outputFlag(),
  };

  #ready = false;
  #chronicle: ChronicleKeeper | undefined;

  async run(): Promise<Result> {
    const { flags } = await this.parse(Up);
    const limitMs = flags.for === undefined ? undefined : parseDurationMs(flags.for);
    const members = chosen(flags.only, flags.except);
    const { config } = await this.settings();
    const startMs = performance.now();
    const colony = await this.#start(members, config);
    this.#ready = true;
    this.#chronicle?.begin();
    const readyInMs = Math.round(performance.now() - startMs);
    await this.line({ state: 'READY', time: new Date().toISOString(), home: config.home, readyInMs });
    this.log(`Ready in ${readyInMs} ms: ${members.length} daemons, home ${config.home}\n${NEXT}`);
    const maintenance = maintenanceAt(pathsOf(config).maintenance, systemClock.nowMs());
    if (maintenance) this.warn(`${maintenanceText(maintenance, systemClock.nowMs())}; kloros maintenance off ends it`);
    await this.#untilOver(colony, limitMs);
    await this.#chronicle?.close();
    const statuses = colony.statuses();
    if (statuses.some(({ state }) => state === 'FATAL')) this.status = ExitCode.failed;
    return { home: config.home, readyInMs, daemons: statuses };
  }

  async #start(members: readonly Member[], config: Config): Promise<Colony> {
    const { home } = config;
    const form = logFormFor(process.env, process.stderr.isTTY);
    const paint = linePainter(form, ['kloros', ...members.map(({ name }) => name)]);
    const tell = (name: string, line: string) => void process.stderr.write(`${paint(name, line)}\n`);
    const log = createLog({
      daemon: 'kloros',
      form,
      level: process.env['KLOROS_LOG_LEVEL'] ?? 'info',
      write: (line) => tell('kloros', line.trimEnd()),
    });
    const chronicle = await ChronicleKeeper.open({ path: pathsOf(config).chronicle, members, clock: systemClock, log });
    this.#chronicle = chronicle;
    const program = { root: this.config.root, fromSources: import.meta.url.endsWith('.ts') };
    return startColony({
      members,
      commandOf: daemonCommand(program, { home, form, env: process.env }),
      clock: systemClock,
      random: Math.random,
      onLine: tell,
      onTransition: (transition) => {
        // What is given up before the colony is ready is what this command fails with.
        if (this.#ready || transition.state !== 'FATAL') logTransition(log, transition);
        chronicle.note(transition);
        void this.line({ time: new Date().toISOString(), ...transition });
      },
      abort: this.interrupted,
    });
  }

  async #untilOver(colony: Colony, limitMs: number | undefined): Promise<void> {
    const stop = () => void colony.stop();
    const limit = limitMs === undefined ? [] : [AbortSignal.timeout(limitMs)];
    const over = AbortSignal.any([this.interrupted, ...limit]);
    if (over.aborted) stop();
    over.addEventListener('abort', stop, { once: true });
    await colony.done;
  }
}

const NEXT = 'Next: kloros intent submit, or kloros bus listen; Ctrl-C stops all in order.';

function chosen(only: readonly string[] | undefined, except: readonly string[] | undefined): readonly Member[] {
  const wanted = new Set(only?.map((name) => findDaemon(name).name) ?? daemons.map(({ name }) => name));
  for (const name of except ?? []) wanted.delete(findDaemon(name).name);
  const members = daemons.filter(({ name }) => wanted.has(name));
  if (members.length > 0) return members;
  throw usageError('No daemon is left to run', 'all are excepted', ['kloros daemon list', 'kloros up']);
}
