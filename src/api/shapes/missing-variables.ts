import { z } from 'zod';
import type { MissingInCampaign } from '../../db/missing-variables.ts';
import { isContactVariable } from '../../domain/copy/missing-variables.ts';
import { unwrittenStatuses } from '../../domain/lead.ts';
import { printedId } from './primitives.ts';

/** By its name in templates. */
export const contactVariable = z
  .string()
  .max(80)
  .refine(isContactVariable, 'expected custom.<name>, or a variable of contacts such as first_name')
  .meta({ examples: ['first_name', 'custom.phone'] });

/** Leads to review, and leads that are approved and not enrolled yet. */
const counted = z.record(z.enum(unwrittenStatuses), z.int());

export const missingVariablesShape = z.object({
  /** Whose steps ask for them. */
  template_id: printedId,
  /** How many there are. */
  leads: counted,
  /** What the steps name without a default, in the order of the first use; also what nobody lacks. At most 100. */
  variables: z.array(
    z.object({
      name: z.string(),
      /** Their numbers, from 1. */
      steps: z.array(z.int()),
      /** How many of the leads have no value for it. */
      missing: counted,
    }),
  ),
});
export type MissingVariablesShown = z.output<typeof missingVariablesShape>;

export const showMissing = ({ templateId, leads, variables }: MissingInCampaign): MissingVariablesShown => ({
  template_id: templateId,
  leads,
  variables: variables.map(({ name, steps, missing }) => ({ name, steps, missing })),
});
