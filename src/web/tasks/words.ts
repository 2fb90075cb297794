import type { TaskShown } from '../../api/shapes/tasks.ts';
import { isTerminal } from '../../domain/sequence.ts';
import type { TaskDue, TaskKind } from '../../domain/task.ts';
import { dayIn } from '../shell/zoned-time.ts';

export const kindNames: Record<TaskKind, string> = {
  manual_step: 'Manual step',
  read_reply: 'Reply to read',
  answer_reply: 'Reply to answer',
  confirm_send: 'Was this sent?',
  complete_copy: 'Copy to complete',
};

export const manualNames: Record<NonNullable<TaskShown['manual_kind']>, string> = {
  call: 'Call',
  handwritten_note: 'Handwritten note',
  manual_email: 'Manual email',
  other: 'Other task',
};

export const dueNames: Record<TaskDue, string> = {
  now: 'Due now',
  overdue: 'Overdue',
  today: 'Today',
  week: 'This week',
  snoozed: 'Snoozed',
};

export const quoted = ({ title }: Pick<TaskShown, 'title'>): string => `“${title}”`;

export const hasEnded = ({ sequence }: Pick<TaskShown, 'sequence'>): boolean => isTerminal(sequence.status);

/** Due on a day before today, on the workspace's clocks. */
export function isOverdue({ due_at }: Pick<TaskShown, 'due_at'>, zone: string, now: number): boolean {
  const due = Date.parse(due_at);
  return due < now && dayIn(due, zone, now) !== dayIn(now, zone, now);
}
