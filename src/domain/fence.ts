import { isPaused, maySend } from './accounts/account.ts';
import type { CampaignStatus } from './campaign.ts';
import { DAY_MS } from './durations.ts';
import type { TaskId } from './ids.ts';
import { permittedAt, planStep, type SendingSchedule } from './schedule.ts';
import type { SequenceEnd, Why } from './sequence.ts';
import type { SuppressionReason } from './suppression.ts';

/** How a sequence ends whose contact turns out to be suppressed. */
export const endOfSuppressed: Record<SuppressionReason, SequenceEnd> = {
  unsubscribed: { status: 'FAILED', reason: 'unsubscribed' },
  hard_bounce: { status: 'FAILED', reason: 'hard_bounce' },
  complained: { status: 'FAILED', reason: 'complained' },
  asked_by_user: { status: 'STOPPED_EARLY', reason: 'suppressed' },
};

/** Everything that may forbid a sequence's current step, read after the locks are held. */
export interface FenceFacts {
  end: SequenceEnd | null;
  blockingTask: TaskId | null;
  campaign: { status: CampaignStatus; controlEpoch: number };
  /** The kill switch of the installation or the workspace. */
  switchedOff: boolean;
  /** Null where the step needs none. */
  account: Parameters<typeof maySend>[0] | null;
  suppression: SuppressionReason | null;
  awayUntil: number | null;
  schedule: SendingSchedule;
  jitterKey: string;
}

export type Verdict =
  | { kind: 'go' }
  | { kind: 'ended'; end: SequenceEnd }
  | { kind: 'task'; taskId: TaskId }
  | { kind: 'held'; epoch: number }
  | { kind: 'defer'; until: number; why: Why }
  /** Its end was decided elsewhere (a campaign that ended, a suppression) or follows from an account; it must be written. */
  | { kind: 'end'; end: SequenceEnd };

/**
 * May the current step run at `now`? The first reason wins, in the one order: ended → blocking task → campaign → account
 * or workspace switched off → suppression → account health → out of office → window. Inbox freshness, cap and gap follow
 * the window. Asked twice for every message: when it is claimed and again before its body. Design 3.
 */
export function judge(facts: FenceFacts, now: number): Verdict {
  const { end, blockingTask, campaign, switchedOff, account, suppression, awayUntil, schedule, jitterKey } = facts;
  if (end) return { kind: 'ended', end };
  if (blockingTask) return { kind: 'task', taskId: blockingTask };
  if (campaign.status === 'ENDED') return { kind: 'end', end: { status: 'STOPPED_EARLY', reason: 'campaign_ended' } };
  if (campaign.status !== 'RUNNING') return { kind: 'held', epoch: campaign.controlEpoch };
  if (switchedOff) return { kind: 'defer', until: now + DAY_MS, why: 'held' };
  const permission = account ? maySend(account, now) : { kind: 'may' as const };
  if (account && isPaused(account) && permission.kind === 'defer') return permission;
  if (suppression) return { kind: 'end', end: endOfSuppressed[suppression] };
  if (permission.kind === 'unavailable')
    return { kind: 'end', end: { status: 'FAILED', reason: 'account_unavailable' } };
  if (permission.kind === 'defer') return permission;
  if (awayUntil !== null && awayUntil > now) return { kind: 'defer', until: awayUntil, why: 'held' };
  if (permittedAt(now, schedule)) return { kind: 'go' };
  const { at, why } = planStep(now, null, schedule, jitterKey);
  return { kind: 'defer', until: at, why };
}
