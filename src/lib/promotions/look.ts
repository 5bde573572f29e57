import type { Clock } from '../base/clock.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import type { Draft } from '../signals/envelope.js';
import { say } from '../signals/facts.js';
import { promotionFacts } from './facts.js';
import { scanPromotions } from './promotions.js';

/** What is to be said of promotions that nobody has acknowledged. */
export async function lookAtPromotions({ config, clock }: { config: Config; clock: Clock }): Promise<Draft[]> {
  const { promotions } = pathsOf(config);
  const facts = promotionFacts(await scanPromotions(promotions), promotions, clock.nowMs());
  return facts ? [say('Q_PROMOTIONS_DETECTED', facts)] : [];
}
