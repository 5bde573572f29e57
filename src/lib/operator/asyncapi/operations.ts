import { reference, saidBy, type Sources } from './parts.js';

/** What each daemon does with each signal, as the daemon sees it: it sends what it says, and receives what it hears. */
export function operationsOf({ config, daemons }: Sources) {
  const all = daemons.flatMap((daemon) => [
    ...saidBy(daemon, config).map((signal) => operation('send', daemon.name, signal)),
    ...daemon.hears.map((signal) => operation('receive', daemon.name, signal)),
  ]);
  return Object.fromEntries(all);
}

function operation(action: 'send' | 'receive', daemon: string, signal: string) {
  const title = `${daemon} ${action === 'send' ? 'says' : 'hears'} ${signal}`;
  const part = { action, title, tags: [{ name: daemon }], channel: reference('channels', signal) };
  return [title.replaceAll(' ', '.'), part] as const;
}
