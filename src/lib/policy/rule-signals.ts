/** What monitors, intents and peers advise. */
export const ADVISORIES: readonly string[] = [
  'Q_PROMOTIONS_DETECTED',
  'Q_MODULE_DISCOVERED',
  'Q_HEALTH_ALERT',
  'Q_DREAM_REQUESTED',
];

/** Signals that rules may listen to: what is advised, and how cycles end. */
export const RULES_HEAR: readonly string[] = [...ADVISORIES, 'Q_DREAM_COMPLETE', 'Q_DREAM_TIMEOUT'];

/** Signals that rules may say; `policy.alsoSays` of the configuration adds an operator's own. */
export const RULES_SAY: readonly string[] = ['Q_DREAM_TRIGGER', 'Q_CURIOSITY_INVESTIGATE'];
