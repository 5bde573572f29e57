import { cutText } from '../base/cut-text.js';
import { KlorosError, toError } from '../base/errors.js';
import type { Draft } from '../signals/envelope.js';
import { checkFacts } from '../signals/facts.js';
import { urgencyOf, type Urgency } from '../signals/priority.js';
import { factsOf, intentPriority } from './facts.js';
import type { Intent } from './intent.js';
import { finalProblem, type IntentProblem } from './problem.js';
import { routeOf, type RouteTable } from './routes.js';

/** The signal that an intent becomes, or why it becomes none. */
export type Routed = { draft: Draft; urgency: Urgency } | { problem: IntentProblem };

/** Routes an intent. Pure; never throws. */
export function toDraft(intent: Intent, table: RouteTable): Routed {
  const route = routeOf(intent.type, table);
  if (route === undefined) return { problem: noRoute(intent.type) };
  try {
    const facts = checkFacts(route.signal, factsOf(intent, route));
    const draft = { signal: route.signal, facts, causeId: `intent:${intent.fileName}` };
    return { draft, urgency: urgencyOf(intentPriority(intent, route)) };
  } catch (error) {
    return { problem: wrongFacts(error, route.signal) };
  }
}

function noRoute(type: string): IntentProblem {
  const shown = JSON.stringify(cutText(type, 200));
  return finalProblem('UnroutedIntent', `no route leads from an intent of type ${shown}`, [
    `add it to the configuration: intents: {routes: {${shown}: {signal: Q_…}}}`,
    'then restart intent_router',
  ]);
}

function wrongFacts(error: unknown, signal: string): IntentProblem {
  const why = error instanceof KlorosError ? (error.why ?? error.message) : toError(error).message;
  return finalProblem('WrongIntent', `it cannot become a ${signal}: ${why}`, [
    `kloros signal explain ${signal}   # says what it needs`,
  ]);
}
