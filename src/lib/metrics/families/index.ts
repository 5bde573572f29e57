import type { Collector } from '../view.js';
import { consumers } from './consumers.js';
import { daemons } from './daemons.js';
import { deadLetters } from './dead-letters.js';
import { handling } from './handling.js';
import { home } from './home.js';
import { otlp } from './otlp.js';
import { refusals } from './refusals.js';
import { signals } from './signals.js';
import { wire } from './wire.js';

/** Every source of figures. */
export const collectors: readonly Collector[] = [
  signals,
  handling,
  consumers,
  deadLetters,
  refusals,
  wire,
  daemons,
  home,
  otlp,
];
