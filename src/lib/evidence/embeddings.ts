import { z } from 'zod';
import { KlorosError, toError } from '../base/errors.js';
import { postJson } from '../base/json-endpoint.js';
import { maskSecrets } from '../base/redact.js';
import { below } from '../base/http-post.js';

/** An OpenAI-compatible endpoint, as configured in `evidence.embeddings`. */
export interface EmbeddingOptions {
  /** Base of the API, e.g. `http://127.0.0.1:11434/v1`; `/embeddings` is added. */
  url: string;
  model: string;
  timeoutMs: number;
  /** File that holds the key of the API, where it wants one. */
  apiKeyFile?: string | undefined;
}

const PATH = 'embeddings';

/** A direction in the model's space, of length 1. */
export type Vector = readonly number[];

const answerSchema = z.object({
  data: z.array(z.object({ index: z.number().int().min(0), embedding: z.array(z.number()).min(1) })),
});

/** One vector a text, in order. Throws EMBEDDINGS_FAILED at the time limit, on any HTTP error, and on a wrong shape. */
export async function embed(
  texts: readonly string[],
  options: EmbeddingOptions,
  abort?: AbortSignal,
): Promise<Vector[]> {
  const { url, model, timeoutMs, apiKeyFile } = options;
  try {
    const question = { api: { url, path: PATH, apiKeyFile }, body: { model, input: texts }, timeoutMs };
    return vectorsOf(await postJson(question, abort), texts.length);
  } catch (cause) {
    throw failed(options, cause);
  }
}

/** Cosine of the angle between two vectors of length 1: 1 for the same direction. */
export function cosine(a: Vector, b: Vector): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}

function vectorsOf(answer: unknown, count: number): Vector[] {
  const { data } = answerSchema.parse(answer);
  const byIndex = new Map(data.map((item) => [item.index, item.embedding]));
  const vectors = Array.from({ length: count }, (_, at) => unit(byIndex.get(at), at));
  if (new Set(vectors.map((vector) => vector.length)).size > 1) throw new Error('vectors of different lengths');
  return vectors;
}

function unit(vector: Vector | undefined, at: number): Vector {
  if (vector === undefined) throw new Error(`no vector for text ${at}`);
  const length = Math.hypot(...vector);
  if (!Number.isFinite(length) || length === 0) throw new Error(`the vector of text ${at} has no direction`);
  return vector.map((value) => value / length);
}

function failed(options: EmbeddingOptions, cause: unknown): KlorosError {
  const address = maskSecrets(below(options.url, PATH));
  return new KlorosError({
    code: 'EMBEDDINGS_FAILED',
    message: `${address} gave no embeddings`,
    why: toError(cause).message,
    next: [`curl -s ${address} -d '{"model":"${options.model}","input":["x"]}'`],
    cause,
  });
}
