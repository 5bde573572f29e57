import { result, type HealthCheck } from '../check.js';
import type { DaemonStanding } from '../standing.js';

/** The daemons that should run do. */
export const daemons: HealthCheck = {
  name: 'daemons',
  asks: 'whether every daemon that should run does',
  run: async ({ standing }) => {
    const { keeper, daemons: all } = await standing();
    const down = all.filter(({ isRunning }) => !isRunning);
    const figures = all.map(({ name, isRunning }) => {
      return { name: 'up', value: Number(isRunning), unit: '' as const, labels: { daemon: name } };
    });
    if (keeper === 'nobody') {
      return result('CRITICAL', { why: 'no daemon runs in this home', figures, next: ['kloros up'] });
    }
    const by = keeper === 'hand' ? 'started by hand' : `kept by ${keeper}`;
    return result(down.length > 0 ? 'CRITICAL' : 'OK', {
      why: `${all.length - down.length} of ${all.length} run, ${by}${down.length > 0 ? `; not ${down.map(downText).join(', ')}` : ''}`,
      figures,
      next: down.map(({ name, unit }) =>
        unit === undefined ? `kloros daemon run ${name}   # and see it fail` : `kloros systemd logs ${name}`,
      ),
    });
  },
};

function downText({ name, unit }: DaemonStanding): string {
  return unit?.why ? `${name} (${unit.why})` : name;
}
