import { own } from '../base/own.js';

/** What a value can name. */
export type Kind =
  | 'archivedLetter'
  | 'check'
  | 'consumer'
  | 'cycle'
  | 'daemon'
  | 'deadLetter'
  | 'decision'
  | 'experiment'
  | 'file'
  | 'group'
  | 'peer'
  | 'recording'
  | 'setting'
  | 'signal'
  | 'traceable'
  | 'undoable';

/** What arguments and flags name, by their own name; where it depends on the command, its id stands before. */
const KINDS: Readonly<Record<string, readonly Kind[]>> = {
  daemon: ['daemon'],
  '--daemon': ['daemon'],
  '--emitter': ['daemon'],
  '--except': ['daemon'],
  '--hears': ['daemon'],
  '--only': ['daemon'],
  '--source': ['daemon'],
  'bus:forget consumer': ['consumer'],
  signal: ['signal'],
  pattern: ['signal'],
  '--signal': ['signal'],
  '--wait-for': ['signal'],
  'signal:explain name': ['signal'],
  'dlq:edit id': ['deadLetter'],
  'dlq:prune id': ['deadLetter'],
  'dlq:replay id': ['deadLetter'],
  'dlq:restore id': ['archivedLetter'],
  'dlq:show id': ['deadLetter', 'archivedLetter'],
  '--group': ['group'],
  cycle: ['cycle'],
  experiment: ['experiment'],
  'policy:explain id': ['decision'],
  'trace id': ['traceable'],
  'undo id': ['undoable'],
  'peer:remove name': ['peer'],
  'peer:show name': ['peer'],
  '--allow': ['signal'],
  key: ['setting'],
  '--check': ['check'],
  '--skip': ['check'],
  '--threshold': ['check'],
  'bus:play file': ['recording', 'file'],
  'bus:recordings file': ['recording', 'file'],
  file: ['file'],
  '--beside': ['file'],
  '--bundle': ['file'],
  '--facts': ['file'],
  '--home': ['file'],
  '--html': ['file'],
  '--path': ['file'],
  '--textfile': ['file'],
};

/** What an argument or a flag of a command names; nothing where it is free text. */
export function kindsOf(commandId: string, inputName: string): readonly Kind[] {
  return own(KINDS, `${commandId} ${inputName}`) ?? own(KINDS, inputName) ?? [];
}
