import type { JournalView } from './bus.js';
import type { Observer } from './observer.js';

/** The journal for what reads it by way of a bus, without joining one: nothing is written, nobody is registered. */
export function observedJournal(observer: Observer): JournalView {
  return {
    browse: async (query) => observer.page(query),
    find: async (id) => observer.find(id),
    newest: async () => observer.newest(),
    consumers: async () => observer.consumers(),
    standing: async (daemon, signalId) => observer.standing(daemon, signalId),
    begun: async (daemon, afterSeq) => observer.begun(daemon, afterSeq),
  };
}
