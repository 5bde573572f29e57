import { Flags } from '@oclif/core';
import { daemons } from '../../daemons/index.js';
import { systemClock } from '../../lib/base/clock.js';
import { errorCode, KlorosError } from '../../lib/base/errors.js';
import { rollTable, topologyTable, type ListedDaemon } from '../../lib/cli/daemon-tables.js';
import { KeeperCommand } from '../../lib/cli/keeper-command.js';
import { tellWhatStops } from '../../lib/cli/what-stops.js';
import { withBus } from '../../lib/cli/with-bus.js';
import { HUB_PORT_OFFSETS, pathsOf } from '../../lib/config/paths.js';
import type { Config } from '../../lib/config/schema.js';
import { SUPERVISOR_UNREACHABLE } from '../../lib/supervise/control-client.js';
import { callRoll, hasJournal } from '../../lib/operator/roll-call.js';

/** Lists the daemons. */
export default class DaemonList extends KeeperCommand {
  static override summary = 'The daemons: who runs, what waits for each, and what holds it back';
  static override description =
    'Below it what else stops or bounds the colony, as kloros health says it. With --topology: the ports that each binds, and what it hears and says.';
  static override examples = [
    '<%= config.bin %> daemon list',
    '<%= config.bin %> daemon list --topology',
    '<%= config.bin %> daemon list --json',
  ];
  static override flags = {
    topology: Flags.boolean({ summary: 'What each hears and says, and its ports' }),
  };

  async run(): Promise<ListedDaemon[]> {
    const { flags } = await this.parse(DaemonList);
    const { config } = await this.settings();
    const { journal, maintenance: maintenancePath } = pathsOf(config);
    const nowMs = systemClock.nowMs();
    const asked = { daemons, maintenancePath, nowMs };
    const roll = hasJournal(journal)
      ? await withBus(config, (bus) => callRoll(bus, asked))
      : await callRoll(undefined, asked);
    const down = roll.flatMap(({ daemon, presence }) => (presence.pids.length === 0 ? [daemon.name] : []));
    const resting = await this.#atRest(down, config);
    const rows = roll.map(({ daemon: { name, purpose, hears, says, portOffset, role }, presence }) => {
      const offsets = role === 'hub' ? HUB_PORT_OFFSETS : portOffset === undefined ? [] : [portOffset];
      const ports = offsets.map((offset) => config.portBase + offset);
      return { ...presence, name, purpose, hears: [...hears], says: [...says], ports, isAtRest: resting.has(name) };
    });
    const width = { widthColumns: process.stdout.columns };
    this.log(flags.topology ? topologyTable(rows, width) : rollTable(rows, nowMs, width));
    await tellWhatStops(this, { config, members: daemons, shown: ['paused'] });
    return rows;
  }

  /** Only their keeper can tell who rests from who is down; a list there is also where he cannot be asked. */
  async #atRest(down: readonly string[], config: Config): Promise<ReadonlySet<string>> {
    try {
      const keeper = await this.keeper(config);
      const kept = down.length === 0 ? [] : await keeper.look(down);
      return new Set(kept.filter(({ state }) => state === 'idle').map(({ name }) => name));
    } catch (error) {
      if (isUnreachable(error)) this.warn([error.message, error.why ?? '', ...error.next].join('\n'));
      else if (errorCode(error) !== 'SYSTEMD_NOT_FOUND') throw error;
      return new Set();
    }
  }
}

function isUnreachable(error: unknown): error is KlorosError {
  return error instanceof KlorosError && error.code === SUPERVISOR_UNREACHABLE;
}
