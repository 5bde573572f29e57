import { statfs } from 'node:fs/promises';
import { formatBytes } from '../../base/formats.js';
import { result, shownLimits, statusAbove, type HealthCheck } from '../check.js';
import { usedDiskPercent } from '../conditions/disk.js';
import { diskLimits } from '../limits.js';

/** Room on the disk that holds the home. */
export const disk: HealthCheck = {
  name: 'disk',
  asks: "how full the disk of the colony's home is",
  run: async ({ config }) => {
    const limits = diskLimits(config);
    const used = await usedDiskPercent(config.home);
    const { bavail, bsize } = await statfs(config.home);
    return result(statusAbove(used, limits), {
      why: `${used.toFixed(1)} % used, ${formatBytes(bavail * bsize)} free at ${config.home}`,
      figures: [
        { name: 'used_percent', value: used, unit: '%', ...shownLimits(limits) },
        { name: 'free_bytes', value: bavail * bsize, unit: 'B' },
      ],
      next: [`free space on the disk of ${config.home}`, 'kloros dlq prune', 'keep less of the past: retention.days'],
    });
  },
};
