import { and, asc, eq, sql } from 'drizzle-orm';
import { channelOf } from '../domain/accounts/account.ts';
import type { Reachable } from '../domain/contact-point.ts';
import type { SequenceId, TaskId, WorkspaceId } from '../domain/ids.ts';
import { isBlocking } from '../domain/task.ts';
import type { Tx } from './pool.ts';
import type { CampaignRow, ContactRow, SequenceRow, StepRow } from './rows.ts';
import { campaigns, contactPoints, contacts, sequenceSteps, sequences, tasks, templateVersions } from './schema.ts';

/** Everything one sequence's walk stands on. Read it after the locks are held. */
export interface Walk {
  sequence: SequenceRow;
  /** In order of position. */
  steps: StepRow[];
  content: (typeof templateVersions.$inferSelect)['content'];
  campaign: CampaignRow;
  contact: ContactRow;
  /** What it writes to, whatever else its contact is known by since. */
  recipient: Reachable;
}

/** Which workspace a sequence belongs to: the workflow knows only its own id. System role. */
export async function workspaceOf(tx: Tx, id: SequenceId): Promise<WorkspaceId | null> {
  const [row] = await tx.select({ workspaceId: sequences.workspaceId }).from(sequences).where(eq(sequences.id, id));
  return row?.workspaceId ?? null;
}

export async function findWalk(tx: Tx, id: SequenceId): Promise<Walk | null> {
  const [row] = await tx
    .select({
      sequence: sequences,
      campaign: campaigns,
      contact: contacts,
      content: templateVersions.content,
      recipient: { email: keyOfPoint(sequences.emailPoint), profile: keyOfPoint(sequences.profilePoint) },
    })
    .from(sequences)
    .innerJoin(campaigns, eq(campaigns.id, sequences.campaignId))
    .innerJoin(contacts, eq(contacts.id, sequences.contactId))
    .innerJoin(
      templateVersions,
      and(
        eq(templateVersions.templateId, sequences.templateId),
        eq(templateVersions.version, sequences.templateVersion),
      ),
    )
    .where(eq(sequences.id, id));
  if (!row) return null;
  const steps = await tx
    .select()
    .from(sequenceSteps)
    .where(eq(sequenceSteps.sequenceId, id))
    .orderBy(asc(sequenceSteps.position));
  return { ...row, steps };
}

const keyOfPoint = (point: typeof sequences.emailPoint | typeof sequences.profilePoint) =>
  sql<string | null>`(select ${contactPoints.key} from ${contactPoints} where ${contactPoints.id} = ${point})`;

/** As `findWalk`, for a sequence that must be there. */
export async function loadWalk(tx: Tx, id: SequenceId): Promise<Walk> {
  const walk = await findWalk(tx, id);
  if (!walk) throw new Error(`sequence ${id} is not in its workspace`);
  return walk;
}

export const currentStep = ({ sequence, steps }: Walk): StepRow | undefined => steps[sequence.position];

/** The account the step is sent from; null for a manual task. */
export function accountIdFor({ sequence }: Walk, step: StepRow) {
  const channel = channelOf[step.kind];
  return channel === 'email' ? sequence.emailAccountId : channel === 'linkedin' ? sequence.linkedinAccountId : null;
}

/** What a step's jitter is drawn from: the same for every attempt. Design 4. */
export const jitterKey = ({ contact }: Walk, position: number) =>
  `${contact.email ?? contact.profile ?? contact.id}#${position}`;

/** The oldest open task that keeps the sequence from going on. */
export async function blockingTask(
  tx: Tx,
  { sequence, steps }: Pick<Walk, 'sequence' | 'steps'>,
): Promise<TaskId | null> {
  const open = await tx
    .select({ id: tasks.id, kind: tasks.kind, stepId: tasks.stepId })
    .from(tasks)
    .where(and(eq(tasks.sequenceId, sequence.id), eq(tasks.status, 'OPEN')))
    .orderBy(asc(tasks.createdAt), asc(tasks.id));
  const current = steps[sequence.position]?.stepId;
  return open.find((task) => isBlocking(task, current))?.id ?? null;
}
