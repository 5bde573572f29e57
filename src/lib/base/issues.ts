import type { z } from 'zod';

/** Zod's issues in words an operator reads, one a line: `promotion_count: expected number, received string`. */
export function issuesInWords(error: z.ZodError): string[] {
  return error.issues.flatMap((issue) => wordsOf(issue));
}

/** A path of keys and indexes as it would be written: `routes.alert[0].signal`. */
export function dottedPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
}

function wordsOf(issue: z.core.$ZodIssue): string[] {
  const at = dottedPath(issue.path);
  return [at === '' ? messageOf(issue) : `${at}: ${messageOf(issue)}`];
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) return 'is missing';
  return issue.message.replace(/^Invalid input: /, '');
}
