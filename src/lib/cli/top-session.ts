import { WakeUp } from '../base/wake-up.js';
import { toError } from '../base/errors.js';
import { chosenDead, OPENING, type Board, type Measured } from '../operator/top/board.js';
import { press, type Key } from '../operator/top/press.js';
import type { FlowWatch } from '../operator/top/watch-flow.js';
import type { FullScreen, ScreenEvents } from './full-screen.js';
import { topScreen } from './top-screen.js';

/** What a session at the screen needs. */
export interface TopSession {
  flow: Pick<FlowWatch, 'measure'>;
  open: (events: ScreenEvents) => FullScreen;
  /** Replays one dead letter and says what became of it. */
  replay: (id: string) => Promise<string>;
  abort: AbortSignal;
}

/** Twice a second is as often as anybody reads figures. */
const REFRESH_MS = 500;

/** Shows the flow until the operator quits or the command is ended; the terminal is given back in any case. */
export async function runTopSession({ flow, open, replay, abort }: TopSession): Promise<void> {
  const changed = new WakeUp();
  const over = new AbortController();
  const ended = AbortSignal.any([abort, over.signal]);
  let board: Board = OPENING;
  let measured: Measured = await flow.measure();
  const replayChosen = () => {
    const letter = chosenDead(board, measured);
    if (letter === undefined) return;
    board = { ...board, note: `replaying ${letter.id} …` };
    void replay(letter.id)
      .catch((error: unknown) => toError(error).message)
      .then((became) => {
        board = { ...board, note: `${letter.id}: ${became}` };
        changed.call();
      });
  };
  const onKey = (key: Key) => {
    const pressed = press(board, key, measured);
    board = pressed.board;
    if (pressed.wish === 'replay') replayChosen();
    if (pressed.wish === 'quit') over.abort();
    changed.call();
  };
  const screen = open({ onKey, onResize: () => changed.call() });
  try {
    while (!ended.aborted) {
      screen.draw(topScreen(board, measured, screen.size()));
      const isEarly = await changed.rest(REFRESH_MS, ended);
      if (!isEarly && !board.frozen) measured = await flow.measure();
    }
  } finally {
    screen.close();
  }
}
