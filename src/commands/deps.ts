import type { LinkedIn } from '../adapters/linkedin.ts';
import type { Mailboxes } from '../adapters/mailbox.ts';
import type { Mailer } from '../adapters/mailer.ts';
import type { UnsubscribeLinks } from '../adapters/unsubscribe-links.ts';
import type { Vault } from '../adapters/vault.ts';
import type { Writer } from '../adapters/writer.ts';
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

export interface RealMail {
  /** Where the unsubscribe links lead; null: nowhere that others can reach. */
  publicUrl: string | null;
}

export interface CommandDeps {
  db: Db;
  /** Queues; never waits, never throws. What is lost here the reconciler finds. */
  announce(announcement: Announcement): void;
  /** What campaigns whose mail reaches real people need; absent or null where none may start. Design 9. */
  realMail?: RealMail | null;
}

/** What writing copy anew, and trying how a template reads, needs beside. */
export interface CopyDeps extends CommandDeps {
  writer: Writer;
}

/** What sending somebody a trial of their own template needs beside. */
export interface TestEmailDeps extends CommandDeps {
  mailer: Pick<Mailer, 'compose' | 'send'>;
  vault: Vault;
  unsubscribeLinks: UnsubscribeLinks;
}

/** What connecting, testing and changing accounts needs beside. */
export interface AccountDeps extends CommandDeps {
  mailer: Pick<Mailer, 'verify'>;
  mailboxes: Mailboxes;
  linkedIn: Pick<LinkedIn, 'accountStatus'>;
  vault: Vault;
  /** The embedded runtime: private hosts, no encryption on them, and addresses in domains kept for examples are fine. */
  allowPrivateHosts: boolean;
}

/** Who asks, and where: from the token, never from the request's body. */
export interface Caller {
  workspaceId: WorkspaceId;
  actor: Actor;
}
