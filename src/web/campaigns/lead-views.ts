import type { LeadFailure, LeadStatus } from '../../domain/lead.ts';

/** What is looked at together; named in the page's address. */
export const viewOrder = ['review', 'approved', 'accepted', 'enrolled', 'rejected', 'failed', 'all'] as const;
export type LeadView = (typeof viewOrder)[number];

export const leadViews: Record<LeadView, readonly LeadStatus[]> = {
  review: ['PENDING_REVIEW'],
  approved: ['APPROVED'],
  accepted: ['APPROVED', 'ENROLLED'],
  enrolled: ['ENROLLED'],
  rejected: ['REJECTED'],
  failed: ['FAILED'],
  all: ['PENDING_REVIEW', 'APPROVED', 'REJECTED', 'ENROLLED', 'FAILED'],
};

export const viewNames: Record<LeadView, string> = {
  review: 'To review',
  approved: 'Approved',
  accepted: 'Approved and enrolled',
  enrolled: 'Enrolled',
  rejected: 'Rejected',
  failed: 'Failed',
  all: 'All',
};

export const leadStatusNames: Record<LeadStatus, string> = {
  PENDING_REVIEW: 'To review',
  APPROVED: 'Approved',
  REJECTED: 'Rejected',
  ENROLLED: 'Enrolled',
  FAILED: 'Failed',
};

/** Why somebody was not enrolled, and what helps. */
export const failureTexts: Record<LeadFailure, string> = {
  no_email: 'No email address: import them again with one',
  suppressed: 'Must never be contacted',
  in_other_sequence: 'In another sequence: retry when it has ended',
  template_finishing: 'The template takes no new leads',
  template_archived: 'The template is archived',
  campaign_ended: 'The campaign has ended',
};
