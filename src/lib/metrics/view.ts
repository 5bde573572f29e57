import { KlorosError } from '../base/errors.js';
import type { Observer } from '../bus/observer.js';
import type { HealthView, Member as HealthMember } from '../health/check.js';
import type { Family } from './family.js';

/** A daemon as far as its figures go. */
export interface Member extends HealthMember {
  hears?: readonly string[];
}

/** What figures are read from. */
export interface MetricsView extends HealthView {
  members: readonly Member[];
}

/** One source of figures. */
export interface Collector {
  name: string;
  collect(view: MetricsView): Promise<Family[]>;
}

/** The journal; undefined in a home in which nothing has ever run, where every figure is zero. */
export function journalOf({ observer }: Pick<HealthView, 'observer'>): Observer | undefined {
  try {
    return observer();
  } catch (error) {
    if (error instanceof KlorosError && error.code === 'JOURNAL_NOT_FOUND') return undefined;
    throw error;
  }
}
