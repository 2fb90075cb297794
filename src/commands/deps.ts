import type { Actor } from '../db/events.ts';
import type { Db } from '../db/pool.ts';
import type { CampaignId, SequenceId, TaskId, WorkspaceId } from '../domain/ids.ts';

/** A change that a workflow must hear of, after the answer has gone out. */
export type Announcement =
  | {
      workspaceId: WorkspaceId;
      sequenceId: SequenceId;
      news?: { kind: 'taskSettled'; taskId: TaskId } | { kind: 'connectionAccepted' };
    }
  | { workspaceId: WorkspaceId; campaignId: CampaignId; start?: boolean; epoch?: number };

export interface CommandDeps {
  db: Db;
  /** Queues; never waits, never throws. What is lost here the reconciler finds. */
  announce(announcement: Announcement): void;
}

/** Who asks, and where: from the token, never from the request's body. */
export interface Caller {
  workspaceId: WorkspaceId;
  actor: Actor;
}
