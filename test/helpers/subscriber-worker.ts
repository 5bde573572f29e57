import { Subscriber } from 'zeromq';

/** Hears everything at an endpoint, says that it does, and goes on until it is stopped or ended. */
const [endpoint = ''] = process.argv.slice(2);
const subscriber = new Subscriber({ linger: 0 });
subscriber.connect(endpoint);
subscriber.subscribe('');
for await (const [name] of subscriber) if (String(name) === 'WARM_UP') process.send?.('hears');
