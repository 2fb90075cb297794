import type { SequenceId, StepId, TaskId } from './ids.ts';

/** How a sequence can end, and why. Design 2. */
export const ends = {
  SUCCEEDED: ['positive_reply', 'meeting_booked', 'referral'],
  COMPLETED: ['no_more_steps'],
  STOPPED_EARLY: [
    'stopped_by_user',
    'negative_reply',
    'neutral_reply',
    'campaign_ended',
    'template_archived',
    'lead_removed',
    'suppressed',
    'contact_erased',
  ],
  FAILED: [
    'hard_bounce',
    'unsubscribed',
    'complained',
    'account_unavailable',
    'invalid_content',
    'rejected_by_policy',
    'delivery_failed',
    'internal_error',
  ],
} as const;

export type SequenceEnd = {
  [S in keyof typeof ends]: { status: S; reason: (typeof ends)[S][number] };
}[keyof typeof ends];
export type EndReason = SequenceEnd['reason'];
export type Failure = (typeof ends)['FAILED'][number];
export type TerminalStatus = keyof typeof ends;

export const openStatuses = ['ACTIVE', 'WAITING_FOR_USER', 'WAITING_FOR_LEAD'] as const;
export type OpenStatus = (typeof openStatuses)[number];

export const terminalStatuses = [
  'SUCCEEDED',
  'COMPLETED',
  'STOPPED_EARLY',
  'FAILED',
] as const satisfies TerminalStatus[];
export const sequenceStatuses = [...openStatuses, ...terminalStatuses] as const;
export type SequenceStatus = (typeof sequenceStatuses)[number];

/** The names a person reads, as the product document writes them. */
export const statusNames: Record<SequenceStatus, string> = {
  ACTIVE: 'Active',
  WAITING_FOR_USER: 'Waiting for user',
  WAITING_FOR_LEAD: 'Waiting for lead',
  SUCCEEDED: 'Succeeded',
  COMPLETED: 'Completed',
  STOPPED_EARLY: 'Stopped early',
  FAILED: 'Failed',
};

/** COMPLETED → SUCCEEDED is a positive answer to the last message: the one arc out of an end. Design 2. */
export const sequenceMoves: Record<SequenceStatus, readonly SequenceStatus[]> = {
  ACTIVE: sequenceStatuses,
  WAITING_FOR_USER: sequenceStatuses,
  WAITING_FOR_LEAD: sequenceStatuses,
  SUCCEEDED: [],
  COMPLETED: ['SUCCEEDED'],
  STOPPED_EARLY: [],
  FAILED: [],
};

export const isTerminal = (status: SequenceStatus): status is TerminalStatus => status in ends;

export const canMove = (from: SequenceStatus, to: SequenceStatus): boolean => sequenceMoves[from].includes(to);

/** Never set, only derived, in the transaction that moves a task, a step or a hold. Design 2. */
export const openStatus = (has: { blockingTask: boolean; waitForContact: boolean }): OpenStatus =>
  has.blockingTask ? 'WAITING_FOR_USER' : has.waitForContact ? 'WAITING_FOR_LEAD' : 'ACTIVE';

export const stepKinds = ['email', 'linkedin_message', 'linkedin_invitation', 'manual_task'] as const;
export type StepKind = (typeof stepKinds)[number];

export const stepStatuses = [
  'PENDING',
  'WAITING',
  'SENDING',
  'SENT',
  'DONE',
  'SKIPPED',
  'FAILED',
  'UNCONFIRMED',
  'CANCELED',
] as const;
export type StepStatus = (typeof stepStatuses)[number];

/**
 * A claim that is given back returns a step from SENDING to PENDING; "send again" does so from UNCONFIRMED. PENDING → SENT:
 * its message, given up for unsent, turns out to have arrived. Design 2, 6.
 */
export const stepMoves: Record<StepStatus, readonly StepStatus[]> = {
  PENDING: ['WAITING', 'SENDING', 'SENT', 'SKIPPED', 'FAILED', 'CANCELED'],
  WAITING: ['PENDING', 'SENDING', 'DONE', 'SKIPPED', 'FAILED', 'CANCELED'],
  SENDING: ['PENDING', 'SENT', 'SKIPPED', 'FAILED', 'UNCONFIRMED', 'CANCELED'],
  UNCONFIRMED: ['PENDING', 'SENT', 'SKIPPED', 'FAILED', 'CANCELED'],
  SENT: [],
  DONE: [],
  SKIPPED: [],
  FAILED: [],
  CANCELED: [],
};

/** Why the next step does not run sooner. Design 2. */
export const whys = [
  'delay',
  'sending_window',
  'holiday',
  'account_cap',
  'account_gap',
  'waiting_for_task',
  'waiting_for_connection',
  'provider_retry',
  'confirming',
  'inbox_stale',
  'held',
] as const;
export type Why = (typeof whys)[number];

/** The step to come: `number` counts from 1, `at` is epoch ms (never before the step may run). */
export interface NextStep {
  stepId: StepId;
  number: number;
  kind: StepKind;
  at: number;
  why: Why;
}

/** One line of the operators' table of steps: no content, no personal data. */
export interface StepLine {
  number: number;
  kind: StepKind;
  status: StepStatus;
  /** When it was finished, epoch ms. */
  at: number | null;
}

/** What `performStep` answers; the workflow branches on nothing else. Design 3. */
export type StepResult = (
  | { kind: 'done'; next: NextStep | null }
  | { kind: 'deferred'; until: number; why: Why }
  | { kind: 'held'; epoch: number }
  | { kind: 'waitingForUser'; taskId: TaskId }
  | { kind: 'waitingForLead'; until: number }
  | { kind: 'ended'; end: SequenceEnd }
) & { status: SequenceStatus; steps: readonly StepLine[] };
export type SequenceEnded = Extract<StepResult, { kind: 'ended' }>;

/**
 * What `personalise` answers: the current step, also for a sequence that has ended (then: now). Of one that Postgres does
 * not know it answers the end instead.
 */
export interface Personalised {
  next: NextStep;
  status: SequenceStatus;
  steps: readonly StepLine[];
  /** For the search attributes: identifiers only. */
  attributes: { workspaceId: string; campaignId: string; templateId: string };
}

export interface SequenceInput {
  sequenceId: SequenceId;
}

/** What the workflow returns: a business failure completes it too. Design 3. */
export type SequenceOutcome = SequenceEnd;

/** How the steps of a closed workflow's row end up: what was still to come is canceled. Design 2. */
export const canceledByEnd: readonly StepStatus[] = ['PENDING', 'WAITING'];

/** Steps that need nothing more. */
export const finishedSteps: readonly StepStatus[] = ['SENT', 'DONE', 'SKIPPED', 'FAILED', 'CANCELED'];
