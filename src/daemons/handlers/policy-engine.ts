import { watchFile } from '../../lib/base/file-watch.js';
import { ageClock } from '../../lib/base/seen-time.js';
import { WakeUp } from '../../lib/base/wake-up.js';
import { pathsOf } from '../../lib/config/paths.js';
import { decide } from '../../lib/policy/engine.js';
import { DecisionLog } from '../../lib/policy/decision-log.js';
import { dueSignals, nextDueMs } from '../../lib/policy/due.js';
import { PoliciesFile } from '../../lib/policy/policies-file.js';
import type { Answer, Attempt, DaemonEnv, NextWake, SourceBatch } from '../../lib/runtime/define-daemon.js';
import { momentOf } from '../../lib/base/clock-step.js';
import type { Signal } from '../../lib/signals/envelope.js';
import { normaliseFacts, say } from '../../lib/signals/facts.js';

interface Resources {
  policies: PoliciesFile;
  decisions: DecisionLog;
}

export async function open(env: DaemonEnv): Promise<Resources> {
  const { config } = env;
  const { policies: path, policyDecisions, seenTime } = pathsOf(config);
  const { alsoSays, decisionsMaxBytes: maxBytes, decisionsKeepDays: keepDays } = config.policy;
  const policies = new PoliciesFile({ path, alsoSays }, await env.state());
  await policies.refresh();
  const ages = ageClock(seenTime, env.clock);
  return { policies, decisions: new DecisionLog({ path: policyDecisions, maxBytes, keepDays, ages }) };
}

export async function handle(signal: Signal, attempt: Attempt, { policies, decisions }: Resources): Promise<Answer> {
  const nowMs = attempt.clock.nowMs();
  const { decisions: decided, ...said } = decide({
    signal,
    from: attempt.from,
    facts: normaliseFacts(signal.signal, signal.facts),
    policies: await policies.refresh(),
    state: await attempt.state(),
    nowMs,
    moment: momentOf(attempt.clock),
    idOf: (position) => attempt.idOf(position),
  });
  const { full, removed } = await decisions.append(decided, nowMs);
  if (full !== undefined) attempt.log.info({ full, removed }, 'The log of decisions was full and is begun anew');
  for (const { id, rule, outcome, reason } of decided)
    attempt.log.info({ decision: id, rule }, `Decided on ${signal.signal}: ${outcome}, as ${reason}`);
  return said;
}

/** Speaks of edits that were refused, and of what is due. */
export async function* source(
  env: DaemonEnv,
  abort: AbortSignal,
  { policies }: Resources,
): AsyncGenerator<SourceBatch> {
  const wakeUp = new WakeUp();
  const edits = watchFile(pathsOf(env.config).policies, () => wakeUp.call());
  let said = new Set<string>();
  try {
    while (!abort.aborted) {
      await policies.refresh();
      const [state, nowMs] = [await env.state(), env.clock.nowMs()];
      const news = policies.news(state, nowMs);
      if (news.words !== undefined) env.log.warn(news.words);
      // What was said and is not decided yet stays in the state until it is.
      const due = dueSignals(state, momentOf(env.clock));
      const unsaid = due.filter(({ derivedFrom }) => !said.has(derivedFrom.key));
      said = new Set(due.map(({ derivedFrom }) => derivedFrom.key));
      const signals = [...news.alerts.map((facts) => say('Q_HEALTH_ALERT', facts)), ...unsaid];
      if (signals.length + news.state.length > 0) yield { signals, state: news.state };
      await wakeUp.rest(env.config.policy.checkMs, abort);
    }
  } finally {
    await edits.close();
  }
}

/** An edit of policies.yaml is read at the next start, before anything is decided. */
export async function wakes(env: DaemonEnv): Promise<NextWake> {
  return nextDueMs(await env.state(), momentOf(env.clock));
}
