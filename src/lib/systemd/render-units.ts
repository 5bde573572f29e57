import { join } from 'node:path';
import { JOURNAL_LOST_EXIT } from '../base/errors.js';
import { wakeFolderOf } from '../config/paths.js';
import type { Layout, UnitDaemon } from './layout.js';
import { quoted, sandboxOf, type Setting } from './sandbox.js';
import { pathUnitOf, stemOf, TARGET, unitOf } from './unit-names.js';

type Section = readonly [name: string, settings: readonly Setting[]];

const HEADER =
  '# Made by kloros from its list of daemons, and made anew by each installation; "systemctl edit" keeps a change.';

/** All units of a colony, by their file names. */
export function renderUnits(daemons: readonly UnitDaemon[], layout: Layout): Map<string, string> {
  const hub = daemons.find(({ isHub }) => isHub)?.name;
  const services = daemons.map((daemon): [string, string] => [
    unitOf(daemon.name),
    text([unitSection(daemon, hub), serviceSection(daemon, layout), ['Install', [['WantedBy', TARGET]]]]),
  ]);
  const paths = daemons
    .filter(({ isOnDemand }) => isOnDemand)
    .map((daemon): [string, string] => [pathUnitOf(daemon.name), renderPath(daemon, layout)]);
  return new Map([[TARGET, renderTarget(layout)], ...paths, ...services]);
}

/** Systemd looks at the file again when the service has ended, and the hub writes it for as long as somebody waits. */
function renderPath({ name }: UnitDaemon, { home }: Layout): string {
  return text([
    [
      'Unit',
      [
        ['Description', `KLoROS ${name}: start it when a signal waits for it`],
        ['PartOf', TARGET],
      ],
    ],
    ['Path', [['PathChanged', join(wakeFolderOf(home), name).replaceAll('%', '%%')]]],
    ['Install', [['WantedBy', TARGET]]],
  ]);
}

function renderTarget({ scope }: Layout): string {
  const about: Section = ['Unit', [['Description', 'KLoROS: the colony of daemons']]];
  return text([about, ['Install', [['WantedBy', scope === 'system' ? 'multi-user.target' : 'default.target']]]]);
}

/** The hub starts first and, as systemd stops in reverse, ends last; nobody needs it to keep what is said. */
function unitSection({ name, purpose, isHub }: UnitDaemon, hub: string | undefined): Section {
  const behindHub: Setting[] =
    isHub || hub === undefined
      ? []
      : [
          ['Wants', unitOf(hub)],
          ['After', unitOf(hub)],
        ];
  return [
    'Unit',
    [
      ['Description', `KLoROS ${name}: ${purpose.replaceAll('%', '%%')}`],
      ['PartOf', TARGET],
      ...behindHub,
      // In [Service], where the document has them, systemd would not read them.
      ['StartLimitIntervalSec', '60s'],
      ['StartLimitBurst', '5'],
    ],
  ];
}

function serviceSection(daemon: UnitDaemon, layout: Layout): Section {
  const command = [layout.node, join(layout.root, 'bin', 'run.js')].map(quoted).join(' ');
  return [
    'Service',
    [
      ['Type', 'notify'],
      ['ExecStart', `${command} daemon run ${daemon.name}${daemon.isOnDemand ? ' --until-idle' : ''}`],
      // Who ended because nothing was to be done stays down until there is something.
      ['Restart', daemon.isOnDemand ? 'on-failure' : 'always'],
      ['RestartSec', '5s'],
      // What a damaged journal needs is an operator: kloros journal check.
      ['RestartPreventExitStatus', String(JOURNAL_LOST_EXIT)],
      ['WatchdogSec', '30s'],
      // Type=notify-reload needs systemd 253; the daemon says itself when it begins and is ready again.
      ['ExecReload', "/bin/sh -c 'kill -HUP $$MAINPID'"],
      ['TimeoutStopSec', '30s'],
      // What runs may finish; only who does not end is killed, with all that it started.
      ['KillMode', 'mixed'],
      ['SyslogIdentifier', stemOf(daemon.name)],
      ['Environment', quoted(`KLOROS_HOME=${layout.home}`)],
      ['WorkingDirectory', `-${layout.home.replaceAll('%', '%%')}`],
      ...identity(layout),
      ...credentialsOf(daemon, layout),
      ...sandboxOf(daemon, layout),
    ],
  ];
}

function identity({ user, group }: Layout): Setting[] {
  if (user === null || group === null) return [];
  return [
    ['User', user],
    ['Group', group],
    ['UMask', '0007'],
  ];
}

/** Where a secret lies whose file no setting names; root's alone. */
const CREDENTIALS_FOLDER = '/etc/kloros/credentials';

/** Read by systemd itself, and by nobody but the daemon; an empty one stands in, since one that is missing would end the start. */
function credentialsOf({ credentials }: UnitDaemon, { scope }: Layout): Setting[] {
  if (scope === 'user') return []; // Its user's files are its own.
  return credentials.flatMap(({ name, file = join(CREDENTIALS_FOLDER, name) }): Setting[] => [
    ['LoadCredential', `${name}:${file.replaceAll('%', '%%')}`],
    ['SetCredential', `${name}:`],
  ]);
}

function text(sections: readonly Section[]): string {
  const parts = sections.map(
    ([name, settings]) => `[${name}]\n${settings.map(([key, value]) => `${key}=${value}`).join('\n')}\n`,
  );
  return `${HEADER}\n\n${parts.join('\n')}`;
}
