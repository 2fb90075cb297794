import type { StepId } from './ids.ts';

export const taskStatuses = ['OPEN', 'COMPLETED', 'SKIPPED', 'DISMISSED'] as const;
export type TaskStatus = (typeof taskStatuses)[number];

/** Design 1: a task is settled once; repeating the same answer is harmless, another one is refused. */
export const taskMoves: Record<TaskStatus, readonly TaskStatus[]> = {
  OPEN: ['COMPLETED', 'SKIPPED', 'DISMISSED'],
  COMPLETED: [],
  SKIPPED: [],
  DISMISSED: [],
};

/** A manual step; a reply to read; one to answer; a send whose fate is unknown; copy that lacks a value. */
export const taskKinds = ['manual_step', 'read_reply', 'answer_reply', 'confirm_send', 'complete_copy'] as const;
export type TaskKind = (typeof taskKinds)[number];

/**
 * Whether an open task keeps its sequence from going on: a reply to read, an unconfirmed send, the current step's own
 * work, or copy to complete for it. Design 2.
 */
export const isBlocking = (
  { kind, stepId }: { kind: TaskKind; stepId: StepId | null },
  currentStep: StepId | undefined,
): boolean => kind === 'read_reply' || kind === 'confirm_send' || stepId === currentStep;

/** The outcomes a person chooses from when completing a task of a kind; none: completing says it all. */
export const taskOutcomes = {
  manual_step: [],
  read_reply: [
    'positive',
    'meeting_booked',
    'referral',
    'negative',
    'neutral',
    'unsubscribe',
    'out_of_office',
    'go_on',
  ],
  answer_reply: [],
  confirm_send: ['sent', 'send_again'],
  complete_copy: [],
} as const satisfies Record<TaskKind, readonly string[]>;
export type TaskOutcome = (typeof taskOutcomes)[TaskKind][number];

/** Of a step, which is skipped with it. A reply cannot be skipped over: somebody reads it and says what it means, or answers it. */
export const skippableTasks: readonly TaskKind[] = ['manual_step', 'confirm_send', 'complete_copy'];

/**
 * Where in the queue open tasks stand, by when they are due: their creation, or the end of their snooze. Days and weeks
 * are those of the workspace's clocks; what is snoozed to a later hour of today is due today and is out of `now`.
 */
export const taskDues = ['now', 'overdue', 'today', 'week', 'snoozed'] as const;
export type TaskDue = (typeof taskDues)[number];
