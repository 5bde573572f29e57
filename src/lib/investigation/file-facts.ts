import { z } from 'zod';

/** Languages that are parsed. */
export const LANGUAGES = ['python', 'typescript', 'javascript'] as const;

/** A language that is parsed. */
export type Language = (typeof LANGUAGES)[number];

const symbol = z.object({
  name: z.string(),
  kind: z.enum(['class', 'function', 'constant', 'type']),
  /** First sentence of its docstring or JSDoc. */
  doc: z.string().nullable(),
});

const importSchema = z.object({
  /** As written: `gyp.common`, `./survey.js`; empty for `from . import x`. */
  module: z.string(),
  /** Names taken from it; `*` for all. */
  names: z.array(z.string()),
  /** Leading dots of a Python import; 0 elsewhere. */
  level: z.number(),
});

/** Imports of one file, as the cache keeps them. */
export const importsSchema = z.array(importSchema);

/** What is read from one file, by itself: nothing here depends on where the file lies. */
export const fileFactsSchema = z.object({
  language: z.enum(LANGUAGES),
  lines: z.number(),
  /** First sentences of the file's own docstring. */
  doc: z.string().nullable(),
  /** Declared at the top of the file and public (`__all__`, no underscore, `export`). */
  symbols: z.array(symbol),
  /** Every public name, those only passed on included. */
  exports: z.array(z.string()),
  imports: importsSchema,
  /** `main guard`, `shebang`. */
  entryPoints: z.array(z.string()),
  /** Test functions and titles. */
  tests: z.array(z.string()),
  /** `line 3: …` where the file does not parse. */
  error: z.string().nullable(),
});

/** What is read from one file. */
export type FileFacts = z.output<typeof fileFactsSchema>;

/** A class, function, constant or type that a file offers. */
export type FileSymbol = z.output<typeof symbol>;

/** One import, as written. */
export type FileImport = z.output<typeof importSchema>;
