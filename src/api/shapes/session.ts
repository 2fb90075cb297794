import { z } from 'zod';
import { scopes } from '../../domain/scope.ts';
import { printedId } from './primitives.ts';

/** Who looks at the page, in which workspace, and on what kind of installation. */
export const sessionShape = z.object({
  member: z.object({ id: printedId, name: z.string(), email: z.string() }),
  workspace: z.object({ id: printedId, name: z.string(), zone: z.string() }),
  scopes: z.array(z.enum(scopes)),
  runtime: z.object({
    /** The development runtime: its clock may be moved, its mailbox and LinkedIn are simulated. */
    embedded: z.boolean(),
    temporal_ui: z.string().nullable(),
  }),
  /** The business clock, epoch ms; virtual time included. */
  now: z.int(),
});
export type Session = z.output<typeof sessionShape>;

/** The numbers beside the page's navigation. */
export const countsShape = z.object({
  /** The viewer's own, and everybody's: open, not snoozed, replies to read not among them. */
  my_tasks: z.int(),
  tasks: z.int(),
  replies: z.int(),
  /** Disconnected, or paused by the guard. */
  accounts_in_trouble: z.int(),
});
export type Counts = z.output<typeof countsShape>;
