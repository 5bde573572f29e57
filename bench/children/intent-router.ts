import { intentRouter } from '../../src/daemons/intent-router.js';
import { systemClock } from '../../src/lib/base/clock.js';
import { createLog } from '../../src/lib/base/log.js';
import { configSchema } from '../../src/lib/config/schema.js';
import { runDaemon } from '../../src/lib/runtime/run-daemon.js';
import { serve } from '../bench-process.js';

const KIBIBYTE = 1_024;
let lines = 0;

/** The real router, its log as in a pipe; only that nobody reads the lines. */
const daemon = await runDaemon(intentRouter, {
  config: configSchema.parse(JSON.parse(process.argv[2] ?? '{}')),
  clock: systemClock,
  log: createLog({ daemon: 'intent_router', form: 'json', write: () => void (lines += 1) }),
  random: Math.random,
});
process.on('SIGTERM', () => void daemon.stop().then(() => process.exit(0)));
serve({
  usage: () => ({ cpu: process.cpuUsage(), peakRssBytes: process.resourceUsage().maxRSS * KIBIBYTE, lines }),
});
