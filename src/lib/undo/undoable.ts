/** Something that was done and can be taken back. */
export interface UndoStep {
  /** What kind of thing, e.g. `capability`. */
  kind: string;
  /** By which it is named. */
  id: string;
  /** What was done, in one line. */
  what: string;
  /** What taking it back will do, one line each. */
  steps: string[];
  /** Does it, and says what was done. */
  apply(): Promise<string[]>;
}

/** A kind of thing that can be taken back. Each kind is one file of this room, entered in its index. */
export interface Undoable {
  kind: string;
  /**
   * What an id names, ready to be taken back; undefined where it is none of this kind.
   * Throws KlorosError where it is, and cannot be taken back.
   */
  find(id: string): Promise<UndoStep | undefined>;
  /** What could be taken back, newest first. */
  list(): Promise<{ id: string; what: string }[]>;
}
