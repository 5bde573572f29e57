import { beginTournament, playForSignal } from '../../lib/dream/tournament/consume.js';
import type { Answer, Attempt } from '../../lib/runtime/define-daemon.js';
import type { Signal } from '../../lib/signals/envelope.js';

export async function handle(signal: Signal, attempt: Attempt): Promise<Answer> {
  return signal.signal === 'Q_TOURNAMENT_TRIGGER' ? beginTournament(signal, attempt) : playForSignal(signal, attempt);
}
