import { Proxy, Subscriber, XPublisher, XSubscriber } from 'zeromq';
import { serve } from '../bench-process.js';
import { sharedNowMs } from '../statistics.js';

/** The floor of the wire: zeromq's own proxy, or a subscriber behind it, and nothing of ours. */
const [role, xsub = '', xpub = ''] = process.argv.slice(2);
let latenciesMs: number[] = [];

if (role === 'proxy') {
  const proxy = new Proxy(new XSubscriber(), new XPublisher());
  await proxy.frontEnd.bind(xsub);
  await proxy.backEnd.bind(xpub);
  void proxy.run();
  serve({ keep: () => proxy.frontEnd.closed });
} else {
  const subscriber = new Subscriber();
  subscriber.connect(xpub);
  subscriber.subscribe('BENCH');
  serve({
    latencies: () => {
      const taken = latenciesMs;
      latenciesMs = [];
      return taken;
    },
  });
  for await (const [, frame] of subscriber) {
    const { sentMs } = JSON.parse(String(frame)) as { sentMs: number };
    latenciesMs.push(sharedNowMs() - sentMs);
  }
}
process.on('SIGTERM', () => process.exit(0));
