export const leadStatuses = ['PENDING_REVIEW', 'APPROVED', 'REJECTED', 'ENROLLED', 'FAILED'] as const;
export type LeadStatus = (typeof leadStatuses)[number];

/** Those whose copy is still to be written: of who is enrolled it lies with the sequence. */
export const unwrittenStatuses = ['PENDING_REVIEW', 'APPROVED'] as const satisfies readonly LeadStatus[];
export type UnwrittenStatus = (typeof unwrittenStatuses)[number];

/** Design 1. */
export const leadMoves: Record<LeadStatus, readonly LeadStatus[]> = {
  PENDING_REVIEW: ['APPROVED', 'REJECTED', 'FAILED'],
  APPROVED: ['PENDING_REVIEW', 'ENROLLED', 'FAILED'],
  REJECTED: ['PENDING_REVIEW'],
  FAILED: ['APPROVED'],
  ENROLLED: [],
};

/** Why a lead could not be enrolled; a person may correct it and retry. */
export const leadFailures = [
  'no_email',
  'suppressed',
  'in_other_sequence',
  'template_finishing',
  'template_archived',
  'campaign_ended',
] as const;
export type LeadFailure = (typeof leadFailures)[number];

/**
 * What became of one row of an import. `conflict`: it contradicts what is known of whom it names (`lead-identity.ts`), and
 * nothing of it was kept.
 */
export const importOutcomes = [
  'pending_review',
  'approved',
  'already_in_campaign',
  'in_other_sequence',
  'suppressed',
  'conflict',
  'duplicate_in_request',
  'invalid',
] as const;
export type ImportOutcome = (typeof importOutcomes)[number];

/** How many rows had each outcome, before the first. */
export const noRows = (): Record<ImportOutcome, number> => ({
  pending_review: 0,
  approved: 0,
  already_in_campaign: 0,
  in_other_sequence: 0,
  suppressed: 0,
  conflict: 0,
  duplicate_in_request: 0,
  invalid: 0,
});
