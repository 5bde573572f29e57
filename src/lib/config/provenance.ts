/** A value with the place that it came from. */
export interface Origin {
  value: unknown;
  /** `flag --home`, `environment KLOROS_HOME`, `/etc/kloros/config.yaml:3` or `default`. */
  from: string;
}

/** Where each value came from, by dotted key (`monitor.intervalMs`). */
export type Origins = Record<string, Origin>;

/** A configuration file that was looked for. */
export interface ConfigFile {
  /** Absolute. */
  path: string;
  /** It exists, and was read. */
  used: boolean;
}

/** A value before it is merged. */
export interface LayerValue extends Origin {
  /** Absolute folder that relative paths in it start from. */
  base: string;
}

/** What one place sets, by dotted key. */
export type Layer = ReadonlyMap<string, LayerValue>;

/** The value that wins: the first layer that has it. */
export function firstOf(layers: readonly Layer[], key: string): LayerValue | undefined {
  return layers.find((layer) => layer.has(key))?.get(key);
}
