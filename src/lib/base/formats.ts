const UNITS: readonly [unit: string, ms: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
];
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
const BYTES_PER_UNIT = 1024;
/** Below this a value keeps one decimal place. */
const FINE_BELOW = 10;

/** A duration in milliseconds as people say it: `0.4 ms`, `87 ms`, `1.2 s`, `3m 20s`, `2h 5m`, `4d 1h`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 999.5) return `${decimals(ms)} ms`;
  if (ms < 59_950) return `${decimals(ms / 1000)} s`;
  const rounded = Math.round(ms / 1000) * 1000;
  const first = UNITS.findIndex(([, size]) => rounded >= size);
  const [unit, size] = UNITS[first] ?? ['s', 1_000];
  const [smaller, smallerSize] = UNITS[first + 1] ?? ['', Infinity];
  const rest = Math.floor((rounded % size) / smallerSize);
  return rest === 0 ? `${Math.floor(rounded / size)}${unit}` : `${Math.floor(rounded / size)}${unit} ${rest}${smaller}`;
}

/** How long ago something was, from epoch milliseconds: `3m 20s ago`, `just now`, `in 5 s` for a clock that jumped. */
export function formatAge(atMs: number, nowMs: number): string {
  const ageMs = nowMs - atMs;
  if (Math.abs(ageMs) < 1000) return 'just now';
  return ageMs > 0 ? `${formatDuration(ageMs)} ago` : `in ${formatDuration(-ageMs)}`;
}

/** Bytes with binary units: `512 B`, `1.5 KiB`, `36 MiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= BYTES_PER_UNIT - 0.5 && unit < BYTE_UNITS.length - 1) {
    value /= BYTES_PER_UNIT;
    unit += 1;
  }
  return `${unit === 0 ? value : decimals(value)} ${BYTE_UNITS[unit] ?? ''}`;
}

function decimals(value: number): string {
  const rounded = value < FINE_BELOW - 0.05 ? Math.round(value * 10) / 10 : Math.round(value);
  return String(rounded);
}
