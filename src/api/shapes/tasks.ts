import { z } from 'zod';
import type { TaskView } from '../../db/task-reads.ts';
import { sequenceStatuses, stepKinds } from '../../domain/sequence.ts';
import { type TaskDue, type TaskOutcome, taskKinds, taskOutcomes, taskStatuses } from '../../domain/task.ts';
import { manualTaskKinds } from '../../domain/template.ts';
import { contactShape, showContact } from './contacts.ts';
import { type Listing, printedId, printedInstant, printInstant, printInstantOrNull } from './primitives.ts';

/** Every outcome there is; which ones a task takes is in its `outcomes`. */
export const everyOutcome = [...taskOutcomes.read_reply, ...taskOutcomes.confirm_send] as const;

export const taskShape = z.object({
  id: printedId,
  kind: z.enum(taskKinds),
  manual_kind: z.enum(manualTaskKinds).nullable(),
  title: z.string(),
  instructions: z.string(),
  status: z.enum(taskStatuses),
  outcome: z.enum(everyOutcome).nullable(),
  /** What completing it has to choose from; empty: completing says it all. */
  outcomes: z.array(z.enum(everyOutcome)),
  note: z.string().nullable(),
  assignee: z.object({ id: printedId, name: z.string() }),
  sequence: z.object({ id: printedId, status: z.enum(sequenceStatuses) }),
  campaign: z.object({ id: printedId, name: z.string() }),
  contact: contactShape,
  /** The step it belongs to; null for a reply to read or to answer. */
  step: z.object({ id: printedId, number: z.int(), name: z.string(), kind: z.enum(stepKinds) }).nullable(),
  created_at: printedInstant,
  /** Out of the queue until then; one that is past brought it back. */
  snoozed_until: printedInstant.nullable(),
  /** Since when it waits for somebody: the end of its snooze, else its creation. */
  due_at: printedInstant,
  settled_at: printedInstant.nullable(),
});
export type TaskShown = z.output<typeof taskShape>;
export type TaskPage = Listing<TaskShown>;

/** Open tasks by when they are due. */
export const dueCounts = z.object({
  now: z.int(),
  overdue: z.int(),
  today: z.int(),
  week: z.int(),
  snoozed: z.int(),
}) satisfies z.ZodType<Record<TaskDue, number>>;
export type DueCounts = z.output<typeof dueCounts>;

export function showTask({ task, assignee, sequence, campaign, contact, step }: TaskView): TaskShown {
  const outcomes: readonly TaskOutcome[] = taskOutcomes[task.kind];
  return {
    id: task.id,
    kind: task.kind,
    manual_kind: task.manualKind,
    title: task.title,
    instructions: task.instructions,
    status: task.status,
    outcome: task.outcome,
    outcomes: [...outcomes],
    note: task.note,
    assignee: { id: task.assigneeId, name: assignee.name },
    sequence: { id: sequence.id, status: sequence.status },
    campaign: { id: campaign.id, name: campaign.name },
    contact: showContact(contact),
    step: step && { id: step.stepId, number: step.position + 1, name: step.name, kind: step.kind },
    created_at: printInstant(task.createdAt),
    snoozed_until: printInstantOrNull(task.snoozedUntil),
    due_at: printInstant(task.snoozedUntil ?? task.createdAt),
    settled_at: printInstantOrNull(task.settledAt),
  };
}
