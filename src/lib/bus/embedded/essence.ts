import { jsonText, parseJson } from '../../base/json-text.js';

/** Whether two frames say the same; the time of saying differs when a source says it again after a crash. */
export function saysTheSame(stored: Buffer | undefined, frame: Buffer): boolean {
  if (stored === undefined) return false;
  if (stored.equals(frame)) return true;
  const essence = essenceOf(stored);
  return essence !== undefined && essence === essenceOf(frame);
}

/** What is said, by whom and after what; undefined for bytes that are no JSON object. */
function essenceOf(frame: Buffer): string | undefined {
  try {
    const { signal, source, facts, cause_id } = parseJson(frame.toString()) as Record<string, unknown>;
    return jsonText([signal, source, facts, cause_id]);
  } catch {
    return undefined;
  }
}
