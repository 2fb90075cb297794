/**
 * What comes next, what keeps a sequence still, and why not sooner, in words for a person. Users of every comparable
 * product ask "why is nothing going out?"; this is the answer. Design 2; the wording is the web app's (its section 2).
 */
import type { AccountHealth } from './accounts/account.ts';
import { type AccountUse, limitText } from './accounts/account-use.ts';
import type { CampaignStatus, EnrolmentWhy } from './campaign.ts';
import { DAY_MS } from './durations.ts';
import { dueOf, firstHold, type HoldFacts, type HoldKind, holds } from './hold-up.ts';
import type { StepId } from './ids.ts';
import { dateText, instantText } from './instant-text.ts';
import { type Delay, dayWindows, localDate, nextOpening, type SendingSchedule } from './schedule.ts';
import { isTerminal, type SequenceStatus, type StepKind, type StepStatus, type Why } from './sequence.ts';
import { isBlocking, type TaskKind } from './task.ts';
import type { TemplateStatus } from './template.ts';

export interface Hold {
  kind: HoldKind;
  /** Epoch ms; null: until a person lifts it. */
  until: number | null;
  text: string;
}

/** The step to come. `at` (epoch ms) is null while nobody can say when: a person, or a hold without an end, decides. */
export interface Next {
  stepId: StepId;
  /** Counts from 1. */
  number: number;
  name: string;
  kind: StepKind;
  at: number | null;
  why: Why;
  /** Why not sooner: "3 business days after step 2". */
  text: string;
}

/** One step of a sequence, as far as the explanation looks. */
export interface StepFacts {
  id: StepId;
  number: number;
  name: string;
  kind: StepKind;
  status: StepStatus;
  /** Epoch ms. */
  finishedAt: number | null;
}

export interface OpenTask {
  kind: TaskKind;
  stepId: StepId | null;
  title: string;
  /** A name. */
  assignee: string;
}

/** Everything the explanation rests on, read in one breath. Instants are epoch ms. */
export interface ExplainFacts extends Omit<HoldFacts<OpenTask>, 'blockingTask'> {
  now: number;
  status: SequenceStatus;
  /** The current step, counted from 0. */
  position: number;
  nextAt: number | null;
  nextWhy: Why | null;
  /** In order. */
  steps: readonly StepFacts[];
  /** Of the current step, in the version the sequence is pinned to. */
  delay: Delay | null;
  schedule: SendingSchedule;
  account: (AccountHealth & { address: string }) | null;
  /** What that account has used of its limits for such a step; null where nobody asked. */
  use: AccountUse | null;
  /** Oldest first. */
  openTasks: readonly OpenTask[];
}

/** The next step with why not sooner, and the holds; neither for a sequence that has ended. Design 2. */
export function explain(facts: ExplainFacts): { next: Next | null; holds: Hold[] } {
  const step = facts.steps[facts.position];
  if (isTerminal(facts.status)) return { next: null, holds: [] };
  const holds = holdsOf(facts);
  if (!step) return { next: null, holds };
  const { id, number, name, kind } = step;
  return { next: { stepId: id, number, name, kind, ...reason(facts, step) }, holds };
}

/** Those that stand now, also where something else comes first. */
function holdsOf(facts: ExplainFacts): Hold[] {
  const { now, schedule } = facts;
  const asked = { ...facts, blockingTask: null };
  const moment = { now, due: now };
  const found: Hold[] = [];
  if (holds.campaign_paused(asked, moment))
    found.push({ kind: 'campaign_paused', until: null, text: 'campaign paused' });
  const awayUntil = holds.out_of_office(asked, moment);
  if (awayUntil) found.push({ kind: 'out_of_office', until: awayUntil, text: awayText(awayUntil, schedule) });
  if (holds.account_paused(asked, moment)) found.push({ kind: 'account_paused', until: null, text: 'account paused' });
  return found;
}

const awayText = (until: number, { zone }: SendingSchedule) => `out of office until ${instantText(until, zone)}`;

type Reason = Pick<Next, 'at' | 'why' | 'text'>;

const reason = (facts: ExplainFacts, step: StepFacts): Reason => heldReason(facts, step) ?? plannedReason(facts, step);

/** What holds the sequence, in words. */
function heldReason(facts: ExplainFacts, step: StepFacts): Reason | null {
  const { now, schedule, openTasks } = facts;
  const { zone } = schedule;
  const address = addressOf(facts);
  const asked = { ...facts, blockingTask: openTasks.find((task) => isBlocking(task, step.id)) ?? null };
  const moment = { now, due: dueOf(facts, now) };
  // A step still ahead keeps its instant, one that fell due waits for whoever lifts what holds it.
  const untilLifted = (text: string): Reason => ({ at: moment.due > now ? moment.due : null, why: 'held', text });
  const never = (text: string): Reason => ({ at: null, why: 'held', text });
  return firstHold<OpenTask, Reason>(asked, moment, {
    waiting_for_task: ({ title, assignee }) => ({
      at: null,
      why: 'waiting_for_task',
      text: `waiting for '${title}' (${assignee})`,
    }),
    campaign_ended: () => never('campaign ended; ends instead of going on'),
    campaign_paused: () => untilLifted('campaign paused'),
    switched_off: () => untilLifted('sending is switched off'),
    account_paused: () => untilLifted('account paused'),
    suppressed: () => never('contact suppressed; ends instead of going on'),
    account_unavailable: () => never(`${address} cannot send any more; fails instead of going on`),
    account_disconnected: (until) =>
      never(`${address} is disconnected; fails unless it is reconnected by ${instantText(until, zone)}`),
    account_resting: (until) => ({
      at: until,
      why: 'account_cap',
      text: `${address} rests until ${instantText(until, zone)}`,
    }),
    out_of_office: (until) => ({ at: nextOpening(until, schedule), why: 'held', text: awayText(until, schedule) }),
  });
}

const addressOf = ({ account }: ExplainFacts) => account?.address ?? 'the account';

/** What the row says: its own instant and reason. */
function plannedReason(facts: ExplainFacts, step: StepFacts): Reason {
  const { now, nextAt, nextWhy, schedule } = facts;
  const why = nextWhy ?? 'delay';
  if (step.status === 'SENDING') return { at: nextAt, why, text: 'being sent' };
  if (nextAt === null)
    return { at: null, why, text: nextWhy === null ? 'its copy is being written' : 'about to go on' };
  if (nextAt <= now) return { at: nextAt, why, text: 'due now' };
  return { at: nextAt, why, text: plannedText(facts, step, nextAt, schedule, why) };
}

function plannedText(facts: ExplainFacts, step: StepFacts, at: number, schedule: SendingSchedule, why: Why): string {
  const address = addressOf(facts);
  switch (why) {
    case 'delay':
      return delayText(facts.delay, baseOf(facts.steps, step));
    case 'sending_window':
      return openingText(at, schedule);
    case 'holiday':
      return holidayText(at, schedule) ?? openingText(at, schedule);
    case 'account_cap':
      return (
        (facts.use && limitText(address, facts.use)) ??
        `${address} has reached its limit; goes on ${instantText(at, schedule.zone)}`
      );
    case 'account_gap':
      return `${address} spaces its messages`;
    case 'waiting_for_connection':
      return `not accepted yet; skipped on ${dateText(at, schedule.zone)}`;
    case 'provider_retry':
      return `a passing refusal; tried again ${instantText(at, schedule.zone)}`;
    case 'inbox_stale':
      return `${address} has not been read for replies; looked at again ${instantText(at, schedule.zone)}`;
    case 'confirming':
      return 'finding out whether the message was sent';
    case 'waiting_for_task':
    case 'held':
      return `was held; goes on ${instantText(at, schedule.zone)}`;
  }
}

/** The step whose end the delay counts from: the one that was finished last; null before the first. */
function baseOf(steps: readonly StepFacts[], current: StepFacts): number | null {
  let base: { number: number; finishedAt: number } | null = null;
  for (const { number, finishedAt } of steps)
    if (number < current.number && finishedAt !== null && finishedAt >= (base?.finishedAt ?? Number.NEGATIVE_INFINITY))
      base = { number, finishedAt };
  return base?.number ?? null;
}

function delayText(delay: Delay | null, base: number | null): string {
  const after = base === null ? 'after enrolment' : `after step ${base}`;
  if (delay === null || delay.value === 0) return `right ${after}`;
  const unit = delay.unit.replace('_', ' ');
  return `${delay.value} ${delay.value === 1 ? unit.slice(0, -1) : unit} ${after}`;
}

/** The opening of the block that holds `at`: the jitter within it is nobody's reason. */
function openingText(at: number, schedule: SendingSchedule): string {
  const block = dayWindows(at, schedule).blocks.find(({ start, end }) => start <= at && at < end);
  return `sending hours open ${instantText(block?.start ?? at, schedule.zone)}`;
}

/** The holidays on permitted weekdays between the last working day and the day of `at`; null when there is none. */
function holidayText(at: number, schedule: SendingSchedule): string | null {
  const granted = Date.parse(localDate(at, schedule.zone));
  const found: number[] = [];
  for (let day = granted - DAY_MS; granted - day <= 366 * DAY_MS; day -= DAY_MS) {
    const weekdays: readonly number[] = schedule.weekdays;
    if (!weekdays.includes(new Date(day).getUTCDay() || 7)) continue;
    if (!schedule.holidays.includes(new Date(day).toISOString().slice(0, 10))) break;
    found.unshift(day);
  }
  const dates = found.map((day) => dateText(day, 'UTC'));
  const last = dates.pop();
  if (last === undefined) return null;
  return dates.length === 0 ? `${last} is a holiday` : `${dates.join(', ')} and ${last} are holidays`;
}

/** Facts about a campaign's next enrolment. */
export interface EnrolmentFacts {
  status: CampaignStatus;
  template: TemplateStatus;
  dailyLeadsTarget: number;
  nextAt: number | null;
  why: EnrolmentWhy | null;
  zone: string;
}

/** When a campaign enrols next, and why not sooner; null while it is a draft. `at` is epoch ms. */
export function explainEnrolment(facts: EnrolmentFacts): { at: number | null; why: EnrolmentWhy; text: string } | null {
  const { status, template, nextAt, zone } = facts;
  if (status === 'DRAFT') return null;
  if (status === 'PAUSED') return { at: null, why: 'campaign_paused', text: 'campaign paused' };
  if (status === 'ENDED') return { at: null, why: 'campaign_ended', text: 'campaign ended' };
  if (template !== 'ACTIVE') return { at: null, why: 'template_not_active', text: `its template is ${template}` };
  if (facts.why === null) return null;
  const when = nextAt === null ? 'soon' : instantText(nextAt, zone);
  const texts: Record<EnrolmentWhy, string> = {
    sending_window: `sending hours open ${when}`,
    daily_target_reached: `the day's ${facts.dailyLeadsTarget} leads are enrolled; goes on ${when}`,
    spread_over_the_day: `spread over the day; goes on ${when}`,
    no_approved_leads: 'no approved leads',
    template_not_active: 'its template was not active; about to go on',
    no_account: `no connected account for its steps; looked at again ${when}`,
    campaign_paused: 'about to go on',
    campaign_ended: 'campaign ended',
  };
  return { at: nextAt, why: facts.why, text: texts[facts.why] };
}
