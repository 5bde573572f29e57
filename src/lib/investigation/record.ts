import { z } from 'zod';

const texts = z.array(z.string()).catch([]);
const textOrNull = z.string().nullish().catch(null).default(null);
const numberOrNull = z.number().nullish().catch(null).default(null);
const looseObject = z.record(z.string(), z.unknown());

/** Epoch seconds or milliseconds beyond this are milliseconds: as seconds it would be the year 5138. */
const SECONDS_LIMIT = 1e11;

/** ISO 8601, whichever of the two forms existing rows have: an ISO string or a float of epoch seconds. */
const timestamp = z.union([
  z.string(),
  z.number().transform((value) => new Date(value > SECONDS_LIMIT ? value : value * 1000).toISOString()),
]);

/** What a file was left out for. */
const skipped = z.object({ path: z.string(), reason: z.string() });

/** A public name of the module. */
const publicName = z.object({
  name: z.string(),
  kind: z.string(),
  file: z.string(),
  /** First sentence of its docstring or JSDoc. */
  doc: z.string().nullable(),
});

/** What was read from the code; existing rows have the first five, and sometimes objects where we have names. */
const structure = z.looseObject({
  classes: z.array(z.unknown()).catch([]).default([]),
  functions: z.array(z.unknown()).catch([]).default([]),
  imports: z.array(z.unknown()).catch([]).default([]),
  docstrings: z.array(z.unknown()).catch([]).default([]),
  total_lines: z.number().catch(0).default(0),
  imports_inside: texts.default([]),
  imports_outside: texts.default([]),
  public_api: z.array(publicName).catch([]).default([]),
  entry_points: texts.default([]),
  tests: texts.default([]),
  skipped: z.array(skipped).catch([]).default([]),
  parse_errors: texts.default([]),
});

/**
 * One row of `curiosity_investigations.jsonl` (formats §4), as every reader here sees it.
 * Unknown keys are kept; what an existing row lacks is null or empty, and is never invented.
 */
export const investigationRecordSchema = z.looseObject({
  /** `inv.<id of the causing signal>`; existing rows without one get `line.<byte offset>`. */
  id: z.string(),
  /** ISO 8601. */
  timestamp,
  /** `YYYYMMDD_HHMMSS_mmm` in UTC, as Q_INVESTIGATION_COMPLETE says it. */
  investigation_timestamp: textOrNull,
  question_id: z.string(),
  question: z.string().catch('').default(''),
  /** `UNDISCOVERED_MODULE_<name>`, `KNOWN_MODULE_<name>`, `SERVICE_FAILURE_<unit>`, … */
  hypothesis: textOrNull,
  evidence: z
    .array(z.union([z.string(), looseObject]))
    .catch([])
    .default([]),
  investigation_method: textOrNull,
  status: z.enum(['completed', 'failed']).catch('completed'),
  module_name: textOrNull,
  /** Dotted, below the source root's parent: `src.audio` (D9). */
  module_path: textOrNull,
  /** Absolute real path of the module's folder, or of its file where one file is the module. */
  module_dir: textOrNull,
  /** `python`, `typescript` or `javascript`: the one most files are written in. */
  language: textOrNull,
  /** Relative to module_dir. */
  files_analyzed: texts.default([]),
  structure: structure.catch(structure.parse({})).prefault({}),
  /** What a model said, where one was asked. */
  llm_analysis: looseObject.nullish().catch(null).default(null),
  /** Short phrases: what the module offers. */
  capabilities: texts.default([]),
  /** Sentences: who uses it, and where it is started. */
  integration_points: texts.default([]),
  /** Files that import the module, relative to the source root. */
  imported_by: texts.default([]),
  purpose: textOrNull,
  /** 0..1, docs/investigation.md. */
  confidence: z.number().catch(0).default(0),
  success: z.boolean().catch(false).default(false),
  /** What failed, why, and what to do; null where nothing did. */
  error: textOrNull,
  /** `outside_source_roots`, `phantom`, `no_source`, `nothing_to_look_at`, …; null where nothing failed. */
  error_type: textOrNull,
  /** Of the content of what was looked at. */
  evidence_hash: textOrNull,
  /** Id of the Q_CURIOSITY_INVESTIGATE that this row answers: there is one row per signal. */
  signal_id: textOrNull,
  duration_ms: numberOrNull,
});

/** One investigation. */
export type InvestigationRecord = z.output<typeof investigationRecordSchema>;

/** What was read from the code. */
export type InvestigationStructure = z.output<typeof structure>;

/** A public name of the module. */
export type PublicName = z.output<typeof publicName>;

/** A file or folder that was left out, and why. */
export type Skipped = z.output<typeof skipped>;

/** Reads one row of any known shape; undefined where it is no investigation (no question_id, no timestamp). */
export function readRecord(row: unknown, offset: number): InvestigationRecord | undefined {
  if (typeof row !== 'object' || row === null) return undefined;
  const named = 'id' in row && typeof row.id === 'string' ? row : { ...row, id: `line.${offset}` };
  const parsed = investigationRecordSchema.safeParse(named);
  return parsed.success ? parsed.data : undefined;
}
