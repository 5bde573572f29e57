/** What is expected after what: a trigger's completion. */
export interface Expectation {
  /** The signal that is expected. */
  until: string;
  after: string;
  /** From the first attempt. */
  withinMs: number;
  /** In the queue, before any attempt. */
  waitingMs: number;
  /** The fact that trigger and completion have in common; null: the chain of causes joins them. */
  by: string | null;
  /** What is said when it does not come. */
  emit: string;
  /** What that suggests. */
  action: string;
}
