import { DAY_MS } from './durations.ts';
import { firstHold, type HoldFacts } from './hold-up.ts';
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
export interface FenceFacts extends HoldFacts<TaskId> {
  end: SequenceEnd | null;
  campaign: HoldFacts<TaskId>['campaign'] & { controlEpoch: number };
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
 * May the current step run at `now`? `due`: when it is meant to, later where its sequence is woken early: there is time
 * until then to connect an account again. An end comes first, then the first of what holds it (`holdOrder`), then the window.
 * Inbox freshness, cap and gap follow that. Asked twice for every message: when it is claimed and again before its body.
 * Design 3.
 */
export function judge(facts: FenceFacts, now: number, due = now): Verdict {
  const { end, campaign, schedule, jitterKey } = facts;
  if (end) return { kind: 'ended', end };
  const moment = { now, due };
  const held = firstHold<TaskId, Verdict>(facts, moment, {
    waiting_for_task: (taskId) => ({ kind: 'task', taskId }),
    campaign_ended: () => ({ kind: 'end', end: { status: 'STOPPED_EARLY', reason: 'campaign_ended' } }),
    campaign_paused: () => ({ kind: 'held', epoch: campaign.controlEpoch }),
    switched_off: () => ({ kind: 'defer', until: now + DAY_MS, why: 'held' }),
    account_paused: (until) => ({ kind: 'defer', until, why: 'held' }),
    suppressed: (reason) => ({ kind: 'end', end: endOfSuppressed[reason] }),
    account_unavailable: () => ({ kind: 'end', end: { status: 'FAILED', reason: 'account_unavailable' } }),
    account_disconnected: (until) => ({ kind: 'defer', until, why: 'held' }),
    account_resting: (until) => ({ kind: 'defer', until, why: 'account_cap' }),
    out_of_office: (until) => ({ kind: 'defer', until, why: 'held' }),
  });
  if (held) return held;
  if (permittedAt(now, schedule)) return { kind: 'go' };
  const { at, why } = planStep(now, null, schedule, jitterKey);
  return { kind: 'defer', until: at, why };
}
