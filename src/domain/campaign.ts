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

/** Enrolments of one day come in at most this many batches, so a target of thousands stays a short history. */
export const BATCHES_PER_DAY = 12;

interface DayBlocks {
  readonly blocks: readonly { readonly start: number; readonly end: number }[];
}

/**
 * How many of the day's target may be enrolled by `now`, and when the next batch falls due (null: none left today).
 * The target is spread evenly over the day's permitted hours, in at most `BATCHES_PER_DAY` batches. Design 3.
 */
export function enrolmentQuota(
  now: number,
  day: DayBlocks,
  target: number,
): { dueByNow: number; nextAt: number | null } {
  const batches = Math.min(target, BATCHES_PER_DAY);
  const open = day.blocks.reduce((sum, { start, end }) => sum + end - start, 0);
  if (batches === 0 || open === 0) return { dueByNow: 0, nextAt: null };
  const starts = Array.from({ length: batches }, (_, batch) => instantAfter(day, Math.floor((open * batch) / batches)));
  const begun = starts.filter((start) => start <= now).length;
  return { dueByNow: Math.floor((target * begun) / batches), nextAt: starts[begun] ?? null };
}

/** The instant at which `elapsed` ms of the day's permitted time have gone by. */
function instantAfter(day: DayBlocks, elapsed: number): number {
  let left = elapsed;
  for (const { start, end } of day.blocks) {
    if (left < end - start) return start + left;
    left -= end - start;
  }
  return day.blocks.at(-1)?.end ?? 0;
}
