import { z } from 'zod';
import { type CompleteTaskInput, completeTask } from '../../commands/complete-task.ts';
import type { Caller } from '../../commands/deps.ts';
import { dismissTask } from '../../commands/dismiss-task.ts';
import { skipTask } from '../../commands/skip-task.ts';
import { unknownMembers } from '../../db/member-reads.ts';
import { listTasks, viewTask } from '../../db/task-reads.ts';
import type { CampaignId, MemberId, SequenceId, TaskId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { StepContent } from '../../domain/step-content.ts';
import { taskKinds, taskStatuses } from '../../domain/task.ts';
import { manualTaskKinds } from '../../domain/template.ts';
import type { App } from '../app.ts';
import type { ApiDeps } from '../deps.ts';
import { idOfA, pageAnswer, pageOf, paging, pathId, text } from '../schemas.ts';
import { noBody } from '../shapes/inputs.ts';
import { everyOutcome, showTask, type TaskShown, taskShape } from '../shapes/tasks.ts';

const listQuery = z.strictObject({
  status: z.enum(taskStatuses).optional(),
  kind: z.enum(taskKinds).optional(),
  campaign_id: idOfA<CampaignId>().optional(),
  sequence_id: idOfA<SequenceId>().optional(),
  assignee_id: idOfA<MemberId>().optional(),
  ...paging,
});

const copy = text(50_000);

/** For copy to complete: the whole of what the step will say. */
const content = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('email'), subject: copy, body: copy }),
  z.strictObject({ kind: z.literal('linkedin_message'), body: copy }),
  z.strictObject({ kind: z.literal('linkedin_invitation'), note: copy.nullable() }),
  z.strictObject({
    kind: z.literal('manual_task'),
    task: z.enum(manualTaskKinds),
    title: copy,
    instructions: copy,
    assignee_id: idOfA<MemberId>().nullable().default(null),
  }),
]);

const note = text(5_000).nullable().default(null);

const completion = z.strictObject({
  /** Needed where the task's `outcomes` name several. */
  outcome: z.enum(everyOutcome).nullable().default(null),
  note,
  content: content.optional(),
  /** For a reply that says out of office. */
  returns_on: z.iso.date().nullable().default(null),
});

const skipping = z.strictObject({ note });

const read = { scope: 'tasks:read' } as const;
const write = { scope: 'tasks:write' } as const;

/** `/v1/tasks`: the queue of what waits for a person, and their answers. */
export function taskRoutes(app: App, deps: ApiDeps): void {
  const { db } = deps;
  const params = pathId<TaskId>();
  const show = async ({ workspaceId }: Caller, id: TaskId): Promise<TaskShown> => {
    const found = await db.inWorkspace(workspaceId, (tx) => viewTask(tx, id));
    if (!found) throw new Refusal('not_found', `no task ${id}`);
    return showTask(found);
  };

  app.get(
    '/v1/tasks',
    { config: read, schema: { querystring: listQuery, response: { 200: pageOf(taskShape) } } },
    async ({ caller, query }) => {
      const { status, kind, campaign_id: campaignId, sequence_id: sequenceId, assignee_id: assigneeId } = query;
      const { items, totalCount } = await db.inWorkspace(caller.workspaceId, (tx) =>
        listTasks(tx, { status, kind, campaignId, sequenceId, assigneeId }, query),
      );
      return pageAnswer(items.map(showTask), totalCount, query);
    },
  );

  app.get(
    '/v1/tasks/:id',
    { config: read, schema: { params, response: { 200: taskShape } } },
    ({ caller, params: { id } }) => show(caller, id),
  );

  app.post(
    '/v1/tasks/:id/complete',
    { config: write, schema: { params, body: completion.nullish(), response: { 200: taskShape } } },
    async ({ caller, params: { id: taskId }, body }) => {
      const { outcome, note, content, returns_on: returnsOn } = body ?? completion.parse({});
      const input: CompleteTaskInput = { taskId, outcome, note, returnsOn };
      if (content) input.content = await contentOf(deps, caller, content);
      await completeTask(deps, caller, input);
      return show(caller, taskId);
    },
  );

  app.post(
    '/v1/tasks/:id/skip',
    { config: write, schema: { params, body: skipping.nullish(), response: { 200: taskShape } } },
    async ({ caller, params: { id: taskId }, body }) => {
      await skipTask(deps, caller, { taskId, note: body?.note ?? null });
      return show(caller, taskId);
    },
  );

  app.post(
    '/v1/tasks/:id/dismiss',
    { config: write, schema: { params, body: noBody, response: { 200: taskShape } } },
    async ({ caller, params: { id } }) => {
      await dismissTask(deps, caller, id);
      return show(caller, id);
    },
  );
}

/** A task given to nobody we know could never be opened. */
async function contentOf(
  { db }: ApiDeps,
  { workspaceId }: Caller,
  given: z.output<typeof content>,
): Promise<StepContent> {
  if (given.kind !== 'manual_task') return given;
  const { assignee_id: assignee, ...task } = given;
  const unknown = await db.inWorkspace(workspaceId, (tx) => unknownMembers(tx, assignee === null ? [] : [assignee]));
  if (unknown.length > 0)
    throw new Refusal('invalid', `no member ${assignee}`, [
      { path: 'content.assignee_id', problem: 'is no member of this workspace' },
    ]);
  return { ...task, assignee };
}
