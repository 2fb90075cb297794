import { z } from 'zod';
import type { SequenceFilter } from '../db/sequence-search.ts';
import { holdKinds, holdUps, milestones } from '../domain/hold-up.ts';
import { sequenceStatuses } from '../domain/sequence.ts';
import { text } from './shapes/primitives.ts';

/** How sequences are looked for: in a query, and in a body that speaks of all that match. */
export const sequenceSearch = {
  status: z.enum(sequenceStatuses).optional(),
  /** What keeps it still. */
  hold: z.enum(holdKinds).optional(),
  /** What it waits for, first of all. */
  hold_up: z.enum(holdUps).optional(),
  reached: z.enum(milestones).optional(),
  /** Part of the contact's name, address, profile or company. */
  q: text(200, 1).optional(),
};

type Asked = z.output<z.ZodObject<typeof sequenceSearch>>;

export const searchOf = ({
  status,
  hold,
  hold_up: holdUp,
  reached,
  q: typed,
}: Asked): Omit<SequenceFilter, 'campaignId'> => ({
  status,
  hold,
  holdUp,
  reached,
  typed,
});
