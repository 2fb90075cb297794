export const campaignStatuses = ['DRAFT', 'RUNNING', 'PAUSED', 'ENDED'] as const;
export type CampaignStatus = (typeof campaignStatuses)[number];

/** Pausing twice is one pause: a command answers it without a move. Design 2. */
export const campaignMoves: Record<CampaignStatus, readonly CampaignStatus[]> = {
  DRAFT: ['RUNNING', 'ENDED'],
  RUNNING: ['PAUSED', 'ENDED'],
  PAUSED: ['RUNNING', 'ENDED'],
  ENDED: [],
};

/** What keeps a draft from starting. */
export const unreadyReasons = ['template_not_active', 'no_account', 'real_mail'] as const;
export type UnreadyReason = (typeof unreadyReasons)[number];

export interface Unready {
  reason: UnreadyReason;
  /** Of whom `what` says something. */
  of: { noun: 'template' | 'campaign'; id: string };
  what: string;
}

export const unreadyText = ({ of: { noun, id }, what }: Unready): string => `${noun} ${id} ${what}`;

/** Why a running campaign enrols nobody just now. */
export const enrolmentWhys = [
  'sending_window',
  'daily_target_reached',
  'spread_over_the_day',
  'no_approved_leads',
  'template_not_active',
  'no_account',
  'campaign_paused',
  'campaign_ended',
] as const;
export type EnrolmentWhy = (typeof enrolmentWhys)[number];
