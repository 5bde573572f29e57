import { catalogue } from '../../signals/catalogue.js';
import type { DoctorCheck, DoctorView, Finding } from '../finding.js';

const DAY_MS = 86_400_000;
/** More names are not looked at; foreign peers may make up as many as they like. */
const MOST_NAMED = 10;

/** Signals without a hearer, hearers without a daemon. */
export const signals: DoctorCheck = {
  name: 'signals',
  asks: 'whether each signal is heard by somebody, and each daemon hears what somebody says',
  codes: ['SIGNAL_UNHEARD', 'SIGNAL_NEVER_SAID', 'CONSUMER_LEFT_BEHIND'],
  look: async (view) => [...unheard(view), ...neverSaid(view), ...leftBehind(view)],
};

/** Triggers alone: an advisory or a completion may well be for people. */
function unheard({ journal, members, clock }: DoctorView): Finding[] {
  const nowMs = clock.nowMs();
  const counts = journal()?.counts({ sinceMs: nowMs - DAY_MS, untilMs: nowMs }, DAY_MS * 2) ?? [];
  const said = new Set(counts.map(({ signal }) => signal));
  const heard = new Set(members.flatMap(({ hears }) => hears));
  const names = [...said].filter((name) => catalogue.get(name)?.kind === 'trigger' && !heard.has(name));
  return names.slice(0, MOST_NAMED).map((name) => ({
    code: 'SIGNAL_UNHEARD',
    level: 'warning',
    what: `${name} was said in the last day, and no daemon hears it`,
    why: 'it asks for something that nobody does',
    next: [`kloros signal explain ${name}`, `kloros bus history -1d:now --signal ${name}`],
  }));
}

function neverSaid({ members }: DoctorView): Finding[] {
  const said = new Set(members.flatMap(({ says }) => says));
  return members.flatMap(({ name, hears }) =>
    hears
      .filter((signal) => !said.has(signal) && !isForPeople(signal))
      .map((signal) => ({
        code: 'SIGNAL_NEVER_SAID',
        level: 'note' as const,
        what: `${name} hears ${signal}, and no daemon says it`,
        why: 'it waits for a peer or an operator',
        next: [`kloros signal explain ${signal}`],
      })),
  );
}

/** Said by commands of operators. */
function isForPeople(signal: string): boolean {
  return signal === 'Q_DEPLOYMENT_APPROVED';
}

function leftBehind({ journal, members }: DoctorView): Finding[] {
  const names = new Set(members.map(({ name }) => name));
  const consumers = journal()?.consumers() ?? [];
  return consumers
    .filter(({ name, enabled, pids }) => enabled && pids.length === 0 && !names.has(name))
    .map(({ name, lag, waiting }) => ({
      code: 'CONSUMER_LEFT_BEHIND',
      level: 'warning',
      what: `The journal keeps ${lag + waiting} signals for ${name}, and there is no such daemon`,
      why: 'what a consumer has still to see is never removed, so the journal grows',
      next: [
        `kloros bus forget ${name}`,
        `or run the daemon that was called ${name} once more, from the version that had it`,
      ],
    }));
}
