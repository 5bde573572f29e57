import { z } from 'zod';
import { configSchema } from './schema.js';

/** How a value is written in the environment. */
type SettingKind = 'text' | 'number' | 'boolean' | 'list' | 'map';

/** One value that an operator can set. */
export interface Setting {
  /** Dotted: `monitor.intervalMs`. */
  key: string;
  path: readonly string[];
  kind: SettingKind;
  /** Variable that sets it: `KLOROS_MONITOR_INTERVAL_MS`. */
  variable: string;
  description: string | undefined;
  schema: z.ZodType;
}

/** Every setting, read from the schema: there is no second list. */
export const settings: readonly Setting[] = settingsOf(configSchema, []);

const byKey: ReadonlyMap<string, Setting> = new Map(settings.map((setting) => [setting.key, setting]));

/** The setting of a dotted key. */
export function settingOf(key: string): Setting | undefined {
  return byKey.get(key);
}

/** Names that may stand below a group (`''` is the top). */
export function namesBelow(group: string): string[] {
  const prefix = group === '' ? '' : `${group}.`;
  const below = settings.filter(({ key }) => key.startsWith(prefix));
  return [...new Set(below.map(({ key }) => key.slice(prefix.length).split('.')[0] ?? ''))];
}

function settingsOf(schema: z.ZodType, path: readonly string[]): Setting[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape).flatMap(([name, field]) =>
      field instanceof z.ZodType ? settingsOf(field, [...path, name]) : [],
    );
  }
  const key = path.join('.');
  return [{ key, path, kind: kindOf(inner), variable: variableOf(path), description: schema.description, schema }];
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodPipe) return schema.in instanceof z.ZodType ? unwrap(schema.in) : schema;
  const wrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  if (!wrapped) return schema;
  const inner = schema.unwrap();
  return inner instanceof z.ZodType ? unwrap(inner) : schema;
}

function kindOf(schema: z.ZodType): SettingKind {
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodBoolean) return 'boolean';
  if (schema instanceof z.ZodArray) return 'list';
  return schema instanceof z.ZodRecord ? 'map' : 'text';
}

/** Variable that sets what has this path in the schema. */
export function variableOf(path: readonly string[]): string {
  const words = path.map((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase());
  return ['KLOROS', ...words].join('_');
}
