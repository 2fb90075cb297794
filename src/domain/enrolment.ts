import { type Channel, channelsOf } from './accounts/account.ts';
import type { CampaignStatus, EnrolmentWhy } from './campaign.ts';
import { HOUR_MS, MINUTE_MS } from './durations.ts';
import type { AccountId } from './ids.ts';
import type { LeadFailure } from './lead.ts';
import { dayWindows, localDate, nextOpening, permittedAt, type SendingSchedule } from './schedule.ts';
import type { StepKind } from './sequence.ts';
import type { SuppressionReason } from './suppression.ts';
import type { TemplateStatus } from './template.ts';

/** What its campaign and its template say of an enrolment, whoever is enrolled. */
export interface EnrolmentPlan {
  campaign: CampaignStatus;
  template: TemplateStatus;
  dailyLeadsTarget: number;
  schedule: SendingSchedule;
  steps: readonly { kind: StepKind }[];
}

/** Of the contact whose lead was taken in hand. */
export interface EnrolmentContact {
  email: string | null;
  isErased: boolean;
  suppression: SuppressionReason | null;
  hasOpenSequence: boolean;
}

/** Everything that may forbid the campaign's next enrolment, read after the locks are held. */
export interface EnrolmentFacts extends EnrolmentPlan {
  /** `none`: no lead is approved. `waiting`: some are, and this attempt has none of them in hand. */
  lead: 'none' | 'waiting' | EnrolmentContact;
  /** For each channel the account that would send, of those that can; null where none can. */
  accounts: Readonly<Record<Channel, AccountId | null>>;
}

/** Nobody is enrolled. `nextAt`: when to look again, epoch ms; null: a signal will say. */
export interface NobodyEnrolled {
  kind: 'nothing';
  why: EnrolmentWhy;
  nextAt: number | null;
}

export type EnrolmentVerdict =
  /** While fewer than `most` (1 at least) are counted on the template's local `day`; `exhausted` is what holds then. */
  | { kind: 'enrol'; day: string; most: number; exhausted: NobodyEnrolled }
  /** For good: the lead says why, and a person may correct it. */
  | { kind: 'fail'; reason: LeadFailure }
  | NobodyEnrolled;

const nothing = (why: EnrolmentWhy, nextAt: number | null = null): NobodyEnrolled => ({ kind: 'nothing', why, nextAt });

/** Whether a lead is worth taking in hand: neither the campaign, nor its template, nor the hour forbids it. */
export const enrolsAt = (now: number, { campaign, template, schedule }: EnrolmentPlan): boolean =>
  campaign === 'RUNNING' && template === 'ACTIVE' && permittedAt(now, schedule);

/**
 * May the campaign's next lead be enrolled at `now`? The first reason wins, in the one order: campaign → template → nobody
 * approved → window → the lead is another attempt's → the contact → accounts → the day's target. A contact who cannot be
 * enrolled costs the day nothing. Design 3.
 */
export function judgeEnrolment(facts: EnrolmentFacts, now: number): EnrolmentVerdict {
  const { campaign, template, schedule, steps, lead, accounts } = facts;
  if (campaign === 'ENDED') return nothing('campaign_ended');
  if (campaign !== 'RUNNING') return nothing('campaign_paused');
  if (template !== 'ACTIVE') return nothing('template_not_active');
  if (lead === 'none') return nothing('no_approved_leads');
  const opening = nextOpening(now, schedule);
  if (opening > now) return nothing('sending_window', opening);
  // Others may let go of theirs without enrolling them: without a timer nobody would look again.
  if (lead === 'waiting') return nothing('spread_over_the_day', now + MINUTE_MS);
  const needs = channelsOf(steps);
  const failure = failureOf(lead, needs);
  if (failure) return { kind: 'fail', reason: failure };
  if ([...needs].some((channel) => accounts[channel] === null)) return nothing('no_account', now + HOUR_MS);
  return judgeDay(facts, now);
}

/** Why this contact cannot be enrolled; null when they can. One without a profile can: their LinkedIn steps are skipped. */
function failureOf(contact: EnrolmentContact, needs: ReadonlySet<Channel>): LeadFailure | null {
  if (contact.isErased || contact.suppression !== null) return 'suppressed';
  if (contact.email === null && needs.has('email')) return 'no_email';
  return contact.hasOpenSequence ? 'in_other_sequence' : null;
}

/** How much of the day's target may be enrolled by `now`, a permitted instant. */
function judgeDay({ schedule, dailyLeadsTarget }: EnrolmentPlan, now: number): EnrolmentVerdict {
  const day = dayWindows(now, schedule);
  const { dueByNow: most, nextAt } = enrolmentQuota(now, day, dailyLeadsTarget);
  const close = day.blocks.at(-1)?.end ?? now;
  const exhausted =
    nextAt === null
      ? nothing('daily_target_reached', nextOpening(close, schedule))
      : nothing('spread_over_the_day', nextAt);
  return most < 1 ? exhausted : { kind: 'enrol', day: localDate(now, schedule.zone), most, exhausted };
}

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
