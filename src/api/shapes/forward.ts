import { z } from 'zod';
import { printedInstant } from '../schemas.ts';

/** From when to when the clock moved, and in how many rounds; the same instant twice when nothing lies ahead. */
export const forwardShape = z.object({ from: printedInstant, to: printedInstant, rounds: z.int() });
