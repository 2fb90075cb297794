import { z } from 'zod';
import { findReplyTask } from '../../db/reply-tasks.ts';
import { countDue } from '../../db/task-reads.ts';
import { readWorkspace } from '../../db/workspaces.ts';
import type { MemberId, TaskId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { taskKinds } from '../../domain/task.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import { idOfA, pathId } from '../shapes/primitives.ts';
import { replyTaskShape, showReplyTask } from '../shapes/reply-tasks.ts';
import { dueCounts } from '../shapes/tasks.ts';

const config = { scope: 'tasks:read' } as const;

const filter = z.strictObject({ kind: z.enum(taskKinds).optional(), assignee_id: idOfA<MemberId>().optional() });

/** What the page shows of tasks beside the queue itself: how many are due when, and a reply with what it answers to. */
export function taskPageRoutes(app: App, { db }: ApiDeps): void {
  app.get(
    '/app/api/tasks/due',
    { config, schema: { querystring: filter, response: { 200: dueCounts } } },
    ({ caller, query: { kind, assignee_id: assigneeId } }) =>
      db.inWorkspace(caller.workspaceId, (tx) => countDue(tx, { kind, assigneeId })),
  );

  app.get(
    '/app/api/tasks/:id/reply',
    { config, schema: { params: pathId<TaskId>(), response: { 200: replyTaskShape } } },
    ({ caller: { workspaceId }, params: { id } }) =>
      db.inWorkspace(workspaceId, async (tx) => {
        const found = await findReplyTask(tx, id);
        if (!found) throw new Refusal('not_found', { noun: 'reply to read', id });
        return showReplyTask(found, (await readWorkspace(tx, workspaceId)).zone);
      }),
  );
}
