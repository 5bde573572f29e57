import type { Clock } from '../base/clock.js';
import { boundedMap, type BoundedMap } from './bounded-map.js';
import { cosine, embed, type EmbeddingOptions, type Vector } from './embeddings.js';
import type { Lexicon } from './lexicon.js';
import { phraseComparer, type Likeness } from './likeness.js';

/** From this score on two phrases mean the same; docs/evidence.md says how it was found. */
export const DEFAULT_THRESHOLD = 0.7;

/** Which measure decided. */
export type DecidedBy = 'same-words' | 'wordnet' | 'embeddings';

/** Whether two phrases mean the same. */
export interface Verdict {
  same: boolean;
  /** 0..1, of the measure that decided. */
  score: number;
  decidedBy: DecidedBy;
}

/** Compares phrases that were prepared. */
export interface PhraseMeasure {
  verdict(a: string, b: string): Verdict;
  /** The embedded measure's view, whichever decides: it alone sees oppositions. */
  likeness(a: string, b: string): Likeness;
}

/** Prepares phrases for comparison: with a model that is one request, without one nothing. */
export interface Measure {
  prepare(phrases: readonly string[], abort?: AbortSignal): Promise<PhraseMeasure>;
}

/** What a measure is made of. */
export interface MeasureOptions {
  lexicon: Lexicon;
  clock: Clock;
  threshold?: number | undefined;
  embeddings?: (EmbeddingOptions & { threshold: number }) | undefined;
  /** Told when the model does not answer and the embedded measure decides instead. */
  onFallback?: (error: unknown) => void;
}

const LIKENESSES_KEPT = 10_000;
const VECTORS_KEPT = 5_000;
/** A model that failed is not asked again for this long, so that it delays no more than one answer a minute. */
const PAUSE_MS = 60_000;

/** The embedded measure, or the configured model with the embedded measure behind it (D8). */
export function openMeasure(options: MeasureOptions): Measure {
  const likenesses = boundedMap<Likeness>(LIKENESSES_KEPT);
  const compare = phraseComparer(options.lexicon);
  const likeness = (a: string, b: string) => likenesses.get(JSON.stringify([a, b]), () => compare(a, b));
  const model = options.embeddings && openModel(options.embeddings, options);
  return {
    async prepare(phrases, abort) {
      const vectors = await model?.vectors(phrases, abort);
      return { likeness, verdict: (a, b) => verdict({ a, b, likeness, vectors, options }) };
    },
  };
}

interface Comparison {
  a: string;
  b: string;
  likeness: PhraseMeasure['likeness'];
  vectors: BoundedMap<Vector> | undefined;
  options: MeasureOptions;
}

function verdict({ a, b, likeness, vectors, options }: Comparison): Verdict {
  if (normal(a) === normal(b)) return { same: true, score: 1, decidedBy: 'same-words' };
  const { score, opposition } = likeness(a, b);
  const [one, other] = [vectors?.peek(a), vectors?.peek(b)];
  // No model tells contraries apart reliably: an opposition is final.
  if (one && other && options.embeddings && opposition === undefined) {
    const angle = cosine(one, other);
    return { same: angle >= options.embeddings.threshold, score: clamp(angle), decidedBy: 'embeddings' };
  }
  return { same: score >= (options.threshold ?? DEFAULT_THRESHOLD), score, decidedBy: 'wordnet' };
}

function normal(text: string): string {
  return text.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function openModel(model: EmbeddingOptions, { clock, onFallback }: Pick<MeasureOptions, 'clock' | 'onFallback'>) {
  const known = boundedMap<Vector>(VECTORS_KEPT);
  let pausedUntilMs = -Infinity;
  return {
    /** All vectors, or undefined while the model does not answer. */
    async vectors(phrases: readonly string[], abort?: AbortSignal): Promise<BoundedMap<Vector> | undefined> {
      const missing = [...new Set(phrases)].filter((phrase) => known.peek(phrase) === undefined);
      if (missing.length === 0) return known;
      if (clock.monotonicMs() < pausedUntilMs) return undefined;
      try {
        const vectors = await embed(missing, model, abort);
        missing.forEach((phrase, at) => known.set(phrase, vectors[at] ?? []));
        return known;
      } catch (error) {
        if (abort?.aborted === true) throw error;
        pausedUntilMs = clock.monotonicMs() + PAUSE_MS;
        onFallback?.(error);
        return undefined;
      }
    },
  };
}
