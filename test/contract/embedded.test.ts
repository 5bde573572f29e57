import { systemClock, type Clock } from '../../src/lib/base/clock.js';
import type { Bus } from '../../src/lib/bus/bus.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import { runDaemon } from '../../src/lib/runtime/run-daemon.js';
import { chemicalBus } from '../../src/daemons/chemical-bus.js';
import { removeHome, silentLog, temporaryConfig } from '../helpers/colony.js';
import { dieAt } from '../helpers/crash.js';
import { describeBusContract } from './bus-contract.js';
import { describeDeadLetterContract } from './dead-letter-contract.js';
import type { EngineUnderTest } from './engine.js';
import { describeOriginContract } from './origin-contract.js';

async function start(): Promise<EngineUnderTest> {
  const config = await temporaryConfig();
  const hub = await runDaemon(chemicalBus, { config, clock: systemClock, log: silentLog, random: Math.random });
  const buses: Bus[] = [];
  return {
    join: async (name) => {
      let advancedMs = 0;
      const clock: Clock = {
        nowMs: () => systemClock.nowMs() + advancedMs,
        monotonicMs: () => systemClock.monotonicMs() + advancedMs,
      };
      const bus = await openBus({ config, clock, log: silentLog, name });
      buses.push(bus);
      return { bus, advanceMs: (ms) => (advancedMs += ms) };
    },
    dieAt: (step) => dieAt(step, config),
    end: async () => {
      for (const bus of buses) await bus.close();
      await hub.stop();
      removeHome(config);
    },
  };
}

describeBusContract('embedded', start);
describeDeadLetterContract('embedded', start);
describeOriginContract('embedded', start);
