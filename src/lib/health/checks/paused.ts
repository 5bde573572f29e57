import type { Observer } from '../../bus/observer.js';
import { pathsOf } from '../../config/paths.js';
import { maintenanceAt } from '../../maintenance/mode.js';
import { KILL } from '../../signals/kill.js';
import { result, worstOf, type CheckStatus, type HealthCheck, type HealthView } from '../check.js';
import { maintenanceText, outageText, pauseText } from '../hold-text.js';

/** Something that keeps daemons from working, and what ends it. */
interface Hold {
  daemons: string[];
  what: string;
  next: string;
  status: CheckStatus;
}

/** More are counted and not named. */
const MOST_NAMED = 2;

/** Daemons that run and do not work look as if all were well. */
export const paused: HealthCheck = {
  name: 'paused',
  asks: 'whether daemons are kept from working: by a pause, a maintenance or an open breaker',
  run: async (view) => {
    const observer = view.observer();
    const names = daemonsOf(view, observer);
    const held = pauses(view, observer, names);
    const broken = breakers(view, observer);
    const holds = [...maintenance(view, names), ...held, ...broken];
    return result(worstOf(holds.map(({ status }) => status)), {
      why: holds.map(({ daemons, what }) => `${whom(daemons, names)}: ${what}`).join('; ') || 'nobody',
      figures: [
        { name: 'daemons', value: held.reduce((sum, { daemons }) => sum + daemons.length, 0), unit: '' },
        { name: 'open_breakers', value: broken.length, unit: '' },
      ],
      next: holds.map(({ next }) => next),
    });
  },
};

/** The hub carries on whatever is paused. */
function daemonsOf({ members }: HealthView, observer: Observer): string[] {
  const consumers = observer.consumers().flatMap(({ name, enabled }) => (enabled ? [name] : []));
  const declared = members.flatMap(({ name, role }) => (role === 'hub' ? [] : [name]));
  return [...new Set([...declared, ...consumers])];
}

/** One pause of all is one, and not one a daemon. */
function pauses({ clock }: HealthView, observer: Observer, names: readonly string[]): Hold[] {
  const holds = new Map<string, Hold>();
  for (const name of names) {
    const pause = observer.pauseOf(name);
    if (pause === undefined) continue;
    const what = pauseText(pause, clock.nowMs());
    const known = holds.get(what);
    const next = pause.lift ?? 'kloros daemon resume';
    // Somebody else's word stopped this colony, and nobody here has to know of it.
    const status = pause.by.startsWith(`${KILL} `) ? 'CRITICAL' : 'WARNING';
    holds.set(what, { daemons: [...(known?.daemons ?? []), name], what, next, status });
  }
  return [...holds.values()];
}

function maintenance({ config, clock }: HealthView, names: readonly string[]): Hold[] {
  const on = maintenanceAt(pathsOf(config).maintenance, clock);
  if (on === undefined) return [];
  const what = maintenanceText(on, clock.nowMs());
  return [{ daemons: [...names], what, next: 'kloros maintenance off', status: 'WARNING' }];
}

function breakers({ clock }: HealthView, observer: Observer): Hold[] {
  return observer.consumers().flatMap(({ name, enabled, outages: [outage] }): Hold[] => {
    if (!enabled || outage === undefined) return [];
    const what = outageText(outage, clock.nowMs());
    return [{ daemons: [name], what, next: `kloros daemon logs ${name}`, status: 'WARNING' }];
  });
}

function whom(daemons: readonly string[], all: readonly string[]): string {
  if (daemons.length === all.length) return 'all daemons';
  return daemons.length > MOST_NAMED ? `${daemons.length} daemons` : daemons.join(' and ');
}
