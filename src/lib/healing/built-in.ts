import type { RuleInput } from './rule-schema.js';

/**
 * The rules of a colony that has no healing.yaml; a rule of the same name there changes these.
 * Those that are off may do harm where a daemon is only busy, and wait for an operator who knows the colony.
 */
export const BUILT_IN_RULES: readonly RuleInput[] = [
  {
    name: 'restart_the_silent_investigator',
    purpose: 'A question has no answer in time, and its timeout suggests to restart who should answer',
    when: {
      event: 'missing_signal',
      signal: 'Q_INVESTIGATION_TIMEOUT',
      where: 'facts.suggested_action == "restart_investigation_consumer"',
    },
    do: { action: 'restart_daemon', daemon: 'investigation_consumer_daemon' },
  },
  {
    name: 'restart_the_silent_dreamer',
    purpose: 'A cycle has not ended in time; it goes on from its last step once its daemon is back',
    when: {
      event: 'missing_signal',
      signal: 'Q_DREAM_TIMEOUT',
      where: 'facts.suggested_action == "restart_dream_consumer"',
    },
    do: { action: 'restart_daemon', daemon: 'dream_consumer_daemon' },
    budget: 2,
    helped: { within: '30m' },
  },
  {
    name: 'restart_who_does_not_beat',
    purpose: 'A daemon is stopped, or holds work and its heart stands still',
    when: { event: 'watchdog', for: '1m' },
    do: { action: 'restart_daemon' },
    helped: { within: '5m' },
  },
  {
    name: 'pause_who_dies_again_and_again',
    enabled: false,
    purpose: 'A daemon that dies again and again rests, so that somebody can look; nothing is lost meanwhile',
    when: { event: 'restart_storm' },
    do: { action: 'pause_daemon' },
    helped: { within: '15m' },
  },
  {
    name: 'restart_who_falls_behind',
    enabled: false,
    purpose: 'More and more waits for a daemon that never catches up',
    when: { event: 'lag_grows' },
    do: { action: 'restart_daemon' },
    budget: 1,
  },
];
