import { every } from '../base/timers.js';
import { openNotify, type Notify } from '../base/notify-socket.js';
import type { Vitals } from './pulse.js';

/** A daemon's way to the systemd that started it. */
export interface SystemdLink {
  /** Says that it is ready, and from then on how it is; the watchdog is fed as long as its loops beat. */
  ready(vitals: () => Vitals): void;
  /** Says that it reads its settings anew, until it says that it is ready once more. */
  reloading(): void;
  /** Says that it ends by intent. */
  stopping(): void;
}

const STATUS_EVERY_MS = 10_000;
const US_PER_MS = 1_000;
const NS_PER_US = 1_000n;

/** The link of a process that systemd started with Type=notify; undefined for every other. */
export async function linkToSystemd(env: NodeJS.ProcessEnv): Promise<SystemdLink | undefined> {
  const notify = await openNotify(env);
  return notify && systemdLink(notify, watchdogMs(env));
}

/** Speaks sd_notify(3) over `notify`; with a watchdog it beats at half of its limit. */
export function systemdLink(notify: Notify, watchdogLimitMs: number | undefined): SystemdLink {
  let timer: NodeJS.Timeout | undefined;
  const tell = (vitals: Vitals) => notify(`${vitals.isAlive ? 'WATCHDOG=1\n' : ''}STATUS=${vitals.words}`);
  return {
    ready: (vitals) => {
      clearInterval(timer);
      notify(`READY=1\nSTATUS=${vitals().words}`);
      const everyMs = Math.min(STATUS_EVERY_MS, (watchdogLimitMs ?? Infinity) / 2);
      timer = every(everyMs, () => tell(vitals()));
      timer.unref();
    },
    // The time tells a systemd that waits for this reload from an answer to an earlier one.
    reloading: () => notify(`RELOADING=1\nMONOTONIC_USEC=${monotonicUs()}\nSTATUS=Reads its settings anew`),
    stopping: () => {
      clearInterval(timer);
      notify('STOPPING=1\nSTATUS=Finishes what it has begun');
    },
  };
}

/** Of CLOCK_MONOTONIC, which Node's high-resolution time is. */
function monotonicUs(): bigint {
  return process.hrtime.bigint() / NS_PER_US;
}

/** The limit of systemd's watchdog, where it watches this very process. */
function watchdogMs(env: NodeJS.ProcessEnv): number | undefined {
  const isOurs = env['WATCHDOG_PID'] === undefined || env['WATCHDOG_PID'] === String(process.pid);
  const limitUs = Number(env['WATCHDOG_USEC']);
  return isOurs && limitUs > 0 ? limitUs / US_PER_MS : undefined;
}
