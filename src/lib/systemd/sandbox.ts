import { SYSTEM_HOME, type Layout, type UnitDaemon } from './layout.js';

/** A setting of a unit and its value. */
export type Setting = readonly [key: string, value: string];

/** What systemd can keep a process from without privileges of its own. */
const ANYWHERE: readonly Setting[] = [
  ['NoNewPrivileges', 'yes'],
  ['LockPersonality', 'yes'],
  // ZeroMQ asks the kernel for its network interfaces by netlink, and ends the process where it may not.
  ['RestrictAddressFamilies', 'AF_UNIX AF_INET AF_INET6 AF_NETLINK'],
  ['RestrictNamespaces', 'yes'],
  ['RestrictRealtime', 'yes'],
  ['RestrictSUIDSGID', 'yes'],
  ['SystemCallArchitectures', 'native'],
  // Node needs pkey_alloc, and its compiler pages that are written and run: MemoryDenyWriteExecute would end it.
  ['SystemCallFilter', '@system-service @pkey'],
  ['SystemCallFilter', '~@privileged @resources'],
  // ZeroMQ sets how its threads are scheduled, and ends the process where it may not.
  ['SystemCallFilter', 'sched_setscheduler sched_setparam sched_setaffinity setpriority'],
  ['SystemCallErrorNumber', 'EPERM'],
];

/** What only the system's own manager can take away. */
const SYSTEM_ONLY: readonly Setting[] = [
  ['CapabilityBoundingSet', ''],
  ['AmbientCapabilities', ''],
  ['ProtectSystem', 'strict'],
  ['PrivateTmp', 'yes'],
  ['PrivateDevices', 'yes'],
  ['PrivateUsers', 'yes'],
  ['DevicePolicy', 'closed'],
  ['ProtectClock', 'yes'],
  ['ProtectControlGroups', 'yes'],
  ['ProtectHostname', 'yes'],
  ['ProtectKernelLogs', 'yes'],
  ['ProtectKernelModules', 'yes'],
  ['ProtectKernelTunables', 'yes'],
  ['RemoveIPC', 'yes'],
  // With ProtectControlGroups= it would be open to whatever its files allow, ProtectSystem=strict or not.
  ['ReadOnlyPaths', '/run'],
  // Shared memory of its own: evaluators written in Python want some.
  ['TemporaryFileSystem', '/dev/shm:mode=1777'],
];

const THIS_MACHINE_ONLY: readonly Setting[] = [
  ['IPAddressDeny', 'any'],
  ['IPAddressAllow', 'localhost'],
];

/** Folders that ProtectHome= and PrivateTmp= hide. */
const HIDDEN = /^\/(?:home|root|run\/user|tmp|var\/tmp)(?:\/|$)/;

/** What a daemon may do, see and change. In the user scope there is no more than its user's own manager can enforce. */
export function sandboxOf(daemon: UnitDaemon, layout: Layout): Setting[] {
  if (layout.scope === 'user') return [...ANYWHERE];
  const network = daemon.reach === 'localhost' ? THIS_MACHINE_ONLY : [];
  return [...ANYWHERE, ...SYSTEM_ONLY, ...network, ...foldersOf(daemon, layout)];
}

function foldersOf({ alsoWrites }: UnitDaemon, { home, node, root, sourceRoots }: Layout): Setting[] {
  const isOwnHome = home === SYSTEM_HOME;
  const outside = (path: string) => path !== home && !path.startsWith(`${home}/`);
  const changed = unique([...(isOwnHome ? [] : [home]), ...alsoWrites.filter(outside)]);
  const seen = unique([root, node, ...sourceRoots]).filter((path) => outside(path) && !changed.includes(path));
  const hidden = [...changed, ...seen].some((path) => HIDDEN.test(path));
  return [
    // The group operates the colony: what the daemons make is open to it, and keeps its group.
    ...(isOwnHome ? [setting('StateDirectory', 'kloros'), setting('StateDirectoryMode', '2770')] : []),
    setting('ProtectHome', hidden ? 'tmpfs' : 'yes'),
    ...seen.filter((path) => HIDDEN.test(path)).map((path) => setting('BindReadOnlyPaths', `-${quoted(path)}`)),
    ...changed.filter((path) => HIDDEN.test(path)).map((path) => setting('BindPaths', `-${quoted(path)}`)),
    ...changed.map((path) => setting('ReadWritePaths', `-${quoted(path)}`)),
  ];
}

/** A path in a list of paths; `%` starts a specifier. */
export function quoted(path: string): string {
  const text = path.replaceAll('%', '%%').replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return /[\s"'\\]/.test(path) ? `"${text}"` : text;
}

function setting(key: string, value: string): Setting {
  return [key, value];
}

function unique(paths: readonly string[]): string[] {
  return [...new Set(paths)].sort();
}
