import { formatAge } from '../../base/formats.js';
import { BOUNDS, readWireCounts, WIRE_BOUNDS, type SocketCounts } from '../../bus/wire-counts.js';
import { pathsOf } from '../../config/paths.js';
import { LATELY_MS } from '../limits.js';
import { result, type HealthCheck } from '../check.js';

/** More sockets are counted and not named. */
const MOST_NAMED = 2;

/** Who goes beyond a bound is cut off, or loses what he sent: nothing else tells of it. */
export const wire: HealthCheck = {
  name: 'wire',
  asks: 'whether somebody went beyond a bound of a socket, and was cut off or not taken',
  run: async ({ config, clock }) => {
    const nowMs = clock.nowMs();
    const counts = await readWireCounts(pathsOf(config).wire);
    const lately = counts.flatMap(({ sockets, troubleAtMs: atMs }) =>
      // A time ahead of the clock is one of a clock that was put right: it counts as now.
      atMs === null || atMs <= nowMs - LATELY_MS ? [] : [{ sockets, atMs }],
    );
    const texts = lately.map(({ sockets, atMs }) => `${socketsText(sockets)}, last ${formatAge(atMs, nowMs)}`);
    return result(texts.length > 0 ? 'WARNING' : 'OK', {
      why: texts.join('; ') || 'nobody lately',
      figures: BOUNDS.map((bound) => {
        const value = counts.flatMap(({ sockets }) => sockets).reduce((sum, socket) => sum + socket[bound], 0);
        return { name: 'beyond_bounds', value, unit: '', labels: { bound } };
      }),
      next: ['kloros daemon logs chemical-bus'],
    });
  },
};

/** Each bound with the sockets at which somebody went beyond it: all sockets of a process may be bound again at once. */
function socketsText(sockets: readonly SocketCounts[]): string {
  const texts = BOUNDS.flatMap((bound) => {
    const meant = sockets.filter((socket) => socket[bound] > 0);
    if (meant.length === 0) return [];
    const count = meant.reduce((sum, socket) => sum + socket[bound], 0);
    const where = meant.length > MOST_NAMED ? `${meant.length} sockets` : meant.map(({ label }) => label).join(', ');
    return [`${WIRE_BOUNDS[bound]} (${count}) at ${where}`];
  });
  const who = sockets.flatMap((socket) => socket.who ?? []);
  return `${texts.join(', ')}${who.length === 0 ? '' : ` by ${who.join(', ')}`}`;
}
