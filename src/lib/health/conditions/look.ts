import { momentOf } from '../../base/clock-step.js';
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/log.js';
import type { JournalView, StateChange } from '../../bus/bus.js';
import type { Config } from '../../config/schema.js';
import type { Draft } from '../../signals/envelope.js';
import { say } from '../../signals/facts.js';
import { alertChanges } from './alerts.js';
import { checkConditions } from './check.js';
import { flowChange, type Flow } from './flow-state.js';

/** What the health of a colony is looked at through. */
export interface HealthEnv {
  config: Config;
  clock: Clock;
  log: Logger;
  state(): Promise<Record<string, unknown>>;
  flow(): Promise<Flow>;
  journal: Pick<JournalView, 'consumers'>;
}

/** What is to be said of conditions that became wrong or worse, and kept with it. */
export async function lookAtHealth(env: HealthEnv): Promise<{ signals: Draft[]; state: StateChange[] }> {
  const state = await env.state();
  const { flow, change } = flowChange(await env.flow(), state, momentOf(env.clock));
  const consumers = await env.journal.consumers();
  const { findings, failed } = await checkConditions({ config: env.config, flow, consumers });
  for (const { type, error } of failed) env.log.warn({ err: error }, `The check ${type} could not be made`);
  const changes = alertChanges(findings, state);
  for (const type of changes.cleared) env.log.info(`${type} has cleared`);
  return {
    signals: changes.alerts.map((facts) => say('Q_HEALTH_ALERT', facts)),
    state: [...change, ...changes.state],
  };
}
