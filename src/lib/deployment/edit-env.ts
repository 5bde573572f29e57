/** What a file shall say: a value, or nothing any more. */
export type Value = string | number | boolean | null;

const PLAIN = /^[\w.,:/@%+-]*$/;

/** Values of an env file, as they are read: the last line of a key counts. */
export function parseEnv(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const found = assignment(line);
    if (found) values.set(found.key, unquoted(found.value));
  }
  return values;
}

/** Sets or removes a key; comments, order, quotes of others and `export` stay. */
export function editEnv(text: string, key: string, value: Value): string {
  const lines = text.split('\n');
  const at = lines.findLastIndex((line) => assignment(line)?.key === key);
  if (value === null) return lines.filter((line) => assignment(line)?.key !== key).join('\n');
  const found = assignment(lines[at] ?? '');
  if (found === undefined) return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${key}=${quoted(value)}\n`;
  lines[at] = `${found.before}${quoted(value)}${found.after}`;
  return lines.join('\n');
}

interface Assignment {
  key: string;
  before: string;
  value: string;
  after: string;
}

/** `export KEY="value"  # comment`, in its parts. */
function assignment(line: string): Assignment | undefined {
  const found = /^(\s*(?:export\s+)?([A-Za-z_]\w*)\s*=[ \t]*)("(?:[^"\\]|\\.)*"|'[^']*'|.*?)((?:\s+#.*)?\s*)$/.exec(
    line,
  );
  if (!found) return undefined;
  const [, before = '', key = '', value = '', after = ''] = found;
  return { key, before, value, after };
}

function quoted(value: string | number | boolean): string {
  const text = String(value);
  return PLAIN.test(text) ? text : `"${text.replaceAll(/["\\$`]/g, String.raw`\$&`)}"`;
}

function unquoted(text: string): string {
  if (text.startsWith("'")) return text.slice(1, -1);
  return text.startsWith('"') ? text.slice(1, -1).replaceAll(/\\(.)/g, '$1') : text;
}
