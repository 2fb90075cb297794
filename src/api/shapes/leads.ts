import { z } from 'zod';
import type { LeadPreview } from '../../commands/templates/preview-lead.ts';
import type { LeadView } from '../../db/lead-reads.ts';
import { importOutcomes, leadFailures, leadStatuses } from '../../domain/lead.ts';
import { stepKinds } from '../../domain/sequence.ts';
import { contactShape, showContact } from './contacts.ts';
import { printedId, printedInstant, printInstant } from './primitives.ts';
import { contentShape, showContent } from './step-content.ts';

export const leadShape = z.object({
  id: printedId,
  campaign_id: printedId,
  status: z.enum(leadStatuses),
  /** Why it could not be enrolled. */
  failure: z.enum(leadFailures).nullable(),
  sequence_id: printedId.nullable(),
  contact: contactShape,
  created_at: printedInstant,
  updated_at: printedInstant,
});
export type LeadShown = z.output<typeof leadShape>;

export const showLead = ({ lead, contact }: LeadView): LeadShown => ({
  id: lead.id,
  campaign_id: lead.campaignId,
  status: lead.status,
  failure: lead.failure,
  sequence_id: lead.sequenceId,
  contact: showContact(contact),
  created_at: printInstant(lead.createdAt),
  updated_at: printInstant(lead.updatedAt),
});

/** At most this many rows in one request. */
export const MOST_ROWS = 500;

/** One proposed contact; all text, blank counts as none. What is wrong with a value is that row's outcome, not a 400. */
export const leadRow = z.strictObject({
  email: z.string().optional(),
  /** The profile's address. Of a row with an email anything else is left out, and is its problem. */
  linkedin_url: z.string().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  job_title: z.string().optional(),
  company: z.string().optional(),
  linkedin_headline: z.string().optional(),
  recent_activity: z.string().optional(),
  company_industry: z.string().optional(),
  company_size: z.string().optional(),
  company_tech_stack: z.string().optional(),
  company_news: z.string().optional(),
  company_funding: z.string().optional(),
  /** Templates name them {{custom.key}}. */
  custom: z.record(z.string(), z.string()).optional(),
});
export type LeadRowSent = z.input<typeof leadRow>;

export const importShape = z.object({
  /** One per row, in the order of the rows. */
  results: z.array(
    z.object({
      outcome: z.enum(importOutcomes),
      lead_id: printedId.nullable(),
      /**
       * For `invalid`, and of a row that was taken without a cell: the field, the value and what was expected. For
       * `conflict`: what the row says, and what is known. Of any row: cells that were read in the wrong encoding.
       */
      problem: z.string().nullable(),
    }),
  ),
  totals: z.record(z.enum(importOutcomes), z.int()),
});

/** Why a copy waits for a person. */
const unfit = {
  /** Variables with neither value nor default. */
  missing: z.array(z.string()),
  /** Values that nobody would send, and what is too long. */
  problems: z.array(z.string()),
};

/** What a lead would be told first. In the copy, AI variables stand as `{{name}}`: they are written at enrolment. */
export const leadPreviewShape = z.object({
  /** null: the template has no step. */
  step: z
    .object({
      name: z.string(),
      kind: z.enum(stepKinds),
      content: contentShape,
      ...unfit,
    })
    .nullable(),
  ai_variables: z.array(z.string()),
  /** Of the steps behind the first one. */
  later: z.object(unfit),
});
export type LeadPreviewShown = z.output<typeof leadPreviewShape>;

export const showLeadPreview = ({ first, aiVariables, later }: LeadPreview): LeadPreviewShown => ({
  step: first && {
    name: first.step.name,
    kind: first.step.kind,
    content: showContent(first.content),
    missing: first.missing,
    problems: first.problems,
  },
  ai_variables: aiVariables,
  later,
});
