import { type AccountHealth, isPaused, maySend } from './accounts/account.ts';
import type { CampaignStatus } from './campaign.ts';
import { type Why, whys } from './sequence.ts';
import type { SuppressionReason } from './suppression.ts';

/**
 * What holds an open sequence at its current step, the first reason first: told here for the fence, which makes a verdict
 * of it (`fence.ts`), for people, who read it in words (`explain.ts`), and for the search (`db/sequence-search.ts`). Design 3.
 */
export const holdOrder = [
  'waiting_for_task',
  'campaign_ended',
  'campaign_paused',
  'switched_off',
  'account_paused',
  'suppressed',
  'account_unavailable',
  'account_disconnected',
  'account_resting',
  'out_of_office',
] as const;
export type HoldReason = (typeof holdOrder)[number];

/** What may hold it. Instants are epoch ms. */
export interface HoldFacts<Task> {
  /** The oldest open one that it waits for. */
  blockingTask: Task | null;
  campaign: { status: CampaignStatus };
  /** The kill switch of the installation or the workspace. */
  switchedOff: boolean;
  /** The one the step goes from; null where it needs none. */
  account: AccountHealth | null;
  suppression: SuppressionReason | null;
  awayUntil: number | null;
}

/** When it is asked, and when the step is due, never before: the fence asks of a step that goes now. Epoch ms. */
export interface Moment {
  now: number;
  due: number;
}

/** What each reason rests on; a number is the instant (epoch ms) until which it holds, or at which it is looked at again. */
interface Grounds<Task> {
  waiting_for_task: Task;
  campaign_ended: true;
  campaign_paused: true;
  switched_off: true;
  account_paused: number;
  suppressed: SuppressionReason;
  account_unavailable: true;
  account_disconnected: number;
  account_resting: number;
  out_of_office: number;
}

/** Whether each holds by itself, whatever comes before it: what it rests on, else null or false. */
export const holds: {
  [By in HoldReason]: <Task>(facts: HoldFacts<Task>, moment: Moment) => Grounds<Task>[By] | null | false;
} = {
  waiting_for_task: ({ blockingTask }) => blockingTask,
  campaign_ended: ({ campaign }) => campaign.status === 'ENDED',
  campaign_paused: ({ campaign }) => campaign.status !== 'RUNNING',
  switched_off: ({ switchedOff }) => switchedOff,
  account_paused: ({ account }, { now }) => account !== null && isPaused(account) && deferredUntil(account, now),
  suppressed: ({ suppression }) => suppression,
  // Until its step is due there is time to connect the account again; a removed one never comes back.
  account_unavailable: ({ account }, { now, due }) =>
    account !== null && maySend(account, now).kind === 'unavailable' && (account.status === 'REMOVED' || due <= now),
  account_disconnected: ({ account }, { now, due }) =>
    account?.status === 'DISCONNECTED' && due <= now && deferredUntil(account, now),
  account_resting: ({ account }, moment) =>
    account?.status === 'RESTING' && outlasting(deferredUntil(account, moment.now), moment),
  out_of_office: ({ awayUntil }, moment) => outlasting(awayUntil, moment),
};

function deferredUntil(account: AccountHealth, now: number): number | null {
  const permission = maySend(account, now);
  return permission.kind === 'defer' ? permission.until : null;
}

/** What is over before the step is due keeps nobody; a step that was put off to its end waits for it. */
const outlasting = (until: number | null, { now, due }: Moment): number | null =>
  until !== null && until > now && until >= due ? until : null;

/** What is to be said of each reason, from what it rests on. */
export type Answers<Task, Answer> = { [By in HoldReason]: (ground: Grounds<Task>[By]) => Answer };

/** The answer to the first reason that holds the sequence; null where none does. */
export function firstHold<Task, Answer>(
  facts: HoldFacts<Task>,
  moment: Moment,
  answers: Answers<Task, Answer>,
): Answer | null {
  const answerTo = <By extends HoldReason>(by: By): Answer | null => {
    const ground = holds[by](facts, moment);
    return ground ? answers[by](ground) : null;
  };
  for (const by of holdOrder) {
    const answer = answerTo(by);
    if (answer !== null) return answer;
  }
  return null;
}

/** When its step is due, never before `now`: the instant of a step that is held is only when it is looked at again. */
export const dueOf = ({ nextAt, nextWhy }: { nextAt: number | null; nextWhy: Why | null }, now: number): number =>
  nextAt !== null && nextAt > now && nextWhy !== 'held' ? nextAt : now;

/** What keeps an open sequence still although its status says where it stands; several may stand side by side. Design 2. */
export const holdKinds = ['campaign_paused', 'out_of_office', 'account_paused'] as const satisfies HoldReason[];
export type HoldKind = (typeof holdKinds)[number];

/** What an open sequence waits for: what holds it, else what its row says. Several sequences' are counted, one each. Design 2. */
export type HoldUp = HoldReason | 'writing' | Why;
export const holdUps: readonly HoldUp[] = [...new Set<HoldUp>([...holdOrder, 'writing', ...whys])];

/** How far a sequence came: somebody was written to, somebody wrote back. */
export const milestones = ['contacted', 'replied'] as const;
export type Milestone = (typeof milestones)[number];
