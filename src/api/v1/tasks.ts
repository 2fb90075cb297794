import { z } from 'zod';
import type { Caller } from '../../commands/deps.ts';
import { type CompleteTaskInput, completeTask } from '../../commands/tasks/complete-task.ts';
import { dismissTask } from '../../commands/tasks/dismiss-task.ts';
import { reassignTask } from '../../commands/tasks/reassign-task.ts';
import { skipTask } from '../../commands/tasks/skip-task.ts';
import { snoozeTask } from '../../commands/tasks/snooze-task.ts';
import { unknownMembers } from '../../db/member-reads.ts';
import { listTasks, viewTask } from '../../db/task-reads.ts';
import type { StepContent } from '../../domain/copy/step-content.ts';
import type { CampaignId, MemberId, SequenceId, TaskId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { taskDues, taskKinds, taskStatuses } from '../../domain/task.ts';
import { instantBound } from '../bounds.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import { noBody } from '../shapes/inputs.ts';
import { idOfA, pageAnswer, pageOf, paging, pathId, text } from '../shapes/primitives.ts';
import { contentInput, readContent } from '../shapes/step-content.ts';
import { everyOutcome, showTask, type TaskShown, taskShape } from '../shapes/tasks.ts';

const listQuery = z.strictObject({
  status: z.enum(taskStatuses).optional(),
  kind: z.enum(taskKinds).optional(),
  campaign_id: idOfA<CampaignId>().optional(),
  sequence_id: idOfA<SequenceId>().optional(),
  assignee_id: idOfA<MemberId>().optional(),
  due: z.enum(taskDues).optional().describe("Open tasks only; days and weeks are those of the workspace's clocks."),
  order: z
    .enum(['asc', 'desc'])
    .default('asc')
    .describe('By when they are due. Defaults to asc, the queue: open replies to answer first, then the oldest.'),
  ...paging,
});

const note = text(5_000).nullable().default(null);

const completion = z.strictObject({
  /** Needed where the task's `outcomes` name several. */
  outcome: z.enum(everyOutcome).nullable().default(null),
  note,
  /** For copy to complete: the whole of what the step will say. */
  content: contentInput.optional(),
  /** For a reply that says out of office. */
  returns_on: z.iso.date().nullable().default(null),
});

const skipping = z.strictObject({ note });

/** An instant; a day stands for 09:00 on the workspace's clocks; null brings the task back at once. */
const snoozing = z.strictObject({
  until: z
    .union([z.iso.date().transform((day) => ({ day })), instantBound.transform(({ ceiling: at }) => ({ at }))])
    .nullable(),
});

const reassignment = z.strictObject({ assignee_id: idOfA<MemberId>() });

const read = { scope: 'tasks:read' } as const;
const write = { scope: 'tasks:write' } as const;

/** `/v1/tasks`: the queue of what waits for a person, and their answers. */
export function taskRoutes(app: App, deps: ApiDeps): void {
  const { db } = deps;
  const show: ShowTask = async ({ workspaceId }, id) => {
    const found = await db.inWorkspace(workspaceId, (tx) => viewTask(tx, id));
    if (!found) throw new Refusal('not_found', { noun: 'task', id });
    return showTask(found);
  };

  app.get(
    '/v1/tasks',
    { config: read, schema: { querystring: listQuery, response: { 200: pageOf(taskShape) } } },
    async ({ caller, query }) => {
      const {
        status,
        kind,
        campaign_id: campaignId,
        sequence_id: sequenceId,
        assignee_id: assigneeId,
        due,
        order,
      } = query;
      const { items, totalCount } = await db.inWorkspace(caller.workspaceId, (tx) =>
        listTasks(tx, { status, kind, campaignId, sequenceId, assigneeId, due, order }, query),
      );
      return pageAnswer(items.map(showTask), totalCount, query);
    },
  );

  app.get(
    '/v1/tasks/:id',
    { config: read, schema: { params, response: { 200: taskShape } } },
    ({ caller, params: { id } }) => show(caller, id),
  );

  settlementRoutes(app, deps, show);
  postponementRoutes(app, deps, show);
}

const params = pathId<TaskId>();
type ShowTask = (caller: Caller, id: TaskId) => Promise<TaskShown>;

/** The answers that end a task. */
function settlementRoutes(app: App, deps: ApiDeps, show: ShowTask): void {
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

/** Later, or by somebody else: the task stays open, and what waits for it goes on waiting. */
function postponementRoutes(app: App, deps: ApiDeps, show: ShowTask): void {
  app.post(
    '/v1/tasks/:id/snooze',
    { config: write, schema: { params, body: snoozing, response: { 200: taskShape } } },
    async ({ caller, params: { id: taskId }, body: { until } }) => {
      await snoozeTask(deps, caller, { taskId, until });
      return show(caller, taskId);
    },
  );

  app.post(
    '/v1/tasks/:id/reassign',
    { config: write, schema: { params, body: reassignment, response: { 200: taskShape } } },
    async ({ caller, params: { id: taskId }, body: { assignee_id: assigneeId } }) => {
      await reassignTask(deps, caller, { taskId, assigneeId });
      return show(caller, taskId);
    },
  );
}

/** A task given to nobody we know could never be opened. */
async function contentOf(
  { db }: ApiDeps,
  { workspaceId }: Caller,
  given: z.output<typeof contentInput>,
): Promise<StepContent> {
  const content = readContent(given);
  if (content.kind !== 'manual_task' || content.assignee === null) return content;
  const { assignee } = content;
  const unknown = await db.inWorkspace(workspaceId, (tx) => unknownMembers(tx, [assignee]));
  if (unknown.length > 0)
    throw new Refusal('invalid', `no member ${assignee}`, [
      { path: ['content', 'assignee_id'], what: 'is no member of this workspace' },
    ]);
  return content;
}
