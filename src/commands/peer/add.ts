import { Args, Flags } from '@oclif/core';
import { isoTimestamp, systemClock } from '../../lib/base/clock.js';
import { freePortBase } from '../../lib/base/free-ports.js';
import { addPeer, type AddedPeer } from '../../lib/bus/change-peers.js';
import { peerName } from '../../lib/bus/peers.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { confirmed } from '../../lib/cli/confirm.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { addedPython, addedText } from '../../lib/cli/peer-text.js';
import { pathsOf } from '../../lib/config/paths.js';
import { LEVELS, type Level } from '../../lib/signals/origin.js';

const PORTS = 3;

/** Adds a peer with keys of its own. */
export default class PeerAdd extends KlorosCommand {
  static override summary = 'Give a program keys and sockets of its own, and say what it may cause';
  static override description = `Three ports are bound for it: it publishes to the first, subscribes to the second, asks at the third. They admit its
CURVE key and no other, so they may be at an address that other machines reach. A running hub opens them within a second.
Levels: observe causes nothing, ask asks questions, act does what daemons do. docs/security.md has the table.`;
  static override examples = [
    '<%= config.bin %> peer add sensor --yes',
    '<%= config.bin %> peer add python-monitor --level act --allow "Q_*" --rate 100 --yes',
    '<%= config.bin %> peer add gpu-box --host 192.168.1.10 --port 7790 --dry-run',
  ];
  static override args = { name: Args.string({ description: 'a name for it: a-z, 0-9, ., _ and -', required: true }) };
  static override flags = {
    level: Flags.option({ options: LEVELS })({ summary: 'What it may cause', default: 'ask' as Level }),
    allow: Flags.string({
      summary: 'Names or globs that it may emit; all when absent',
      multiple: true,
      helpValue: 'PATTERN',
    }),
    rate: Flags.integer({ summary: 'Maximum number of signals a second; more of them wait', min: 1 }),
    host: Flags.string({ summary: 'Address of its ports', default: '127.0.0.1', helpValue: 'ADDRESS' }),
    port: Flags.integer({ summary: 'First of its three ports; free ones are found when absent', min: 1, max: 65_533 }),
    'public-key': Flags.string({
      summary: 'The CURVE key that it has made itself; a pair is made when absent',
      helpValue: 'KEY',
    }),
    replace: Flags.boolean({ summary: 'Replace a peer of this name' }),
    python: Flags.boolean({ summary: 'Print a Python program that connects' }),
    'dry-run': Flags.boolean({ summary: 'Show what would be added' }),
    yes: Flags.boolean({ summary: 'Skip the confirmation', char: 'y' }),
  };

  async run(): Promise<AddedPeer | null> {
    const { args, flags } = await this.parse(PeerAdd);
    const { config } = await this.settings();
    const name = peerName(args.name);
    const { level, host, rate = null } = flags;
    const port = flags.port ?? (await freePortBase({ host, count: PORTS, random: Math.random }));
    const names = flags.allow ?? [];
    const what = `${name} may ${level}, at ${host}:${port} to ${port + PORTS - 1}, ${names.join(' ') || 'all names'}`;
    if (flags['dry-run']) {
      this.log(`Would add: ${what}`);
      return null;
    }
    if (!(await confirmed(`Add ${what}?`, { yes: flags.yes, mode: this.mode, abort: this.interrupted }))) {
      this.note('Nothing was changed');
      this.status = ExitCode.failed;
      return null;
    }
    const addedAt = isoTimestamp(systemClock.nowMs());
    const wish = { level, names, rate, host, port, addedAt, publicKey: flags['public-key'] };
    const added = await addPeer(pathsOf(config).peers, { name, wish, replace: flags.replace });
    this.log(flags.python ? addedPython(added) : addedText(added));
    return added;
  }
}
