import { z } from 'zod';
import { printedInstant } from './primitives.ts';

/** From when to when the clock moved, and in how many rounds; the same instant twice when nothing lies ahead. */
export const forwardShape = z.object({ from: printedInstant, to: printedInstant, rounds: z.int() });
export type Forwarded = z.output<typeof forwardShape>;

/** What moving the clock would do, before anybody does it. */
export const clockShape = z.object({
  now: printedInstant,
  /** When anything acts next; null: nothing will. */
  next_at: printedInstant.nullable(),
  /** Open sequences: all of them move with the clock. */
  sequences: z.int(),
  /** Of these, how many have a step due up to the instant asked about; without one, up to `next_at`. */
  due: z.int(),
});
export type ClockShown = z.output<typeof clockShape>;
