import type { LinkedIn } from '../adapters/linkedin.ts';
import type { MailParser } from '../adapters/mail-parser.ts';
import type { Mailboxes } from '../adapters/mailbox.ts';
import type { Mailer } from '../adapters/mailer.ts';
import type { ReplyReader } from '../adapters/reply-reader.ts';
import type { UnsubscribeLinks } from '../adapters/unsubscribe-links.ts';
import type { Vault } from '../adapters/vault.ts';
import type { Walks } from '../adapters/walks.ts';
import type { Writer } from '../adapters/writer.ts';
import type { Db } from '../db/pool.ts';
import type { Log } from '../domain/log.ts';

/** What the deeds need of the world; the worker fills it, tests fill it otherwise. */
export interface ActivityDeps {
  db: Db;
  mailer: Mailer;
  mailboxes: Mailboxes;
  mailParser: MailParser;
  replyReader: ReplyReader;
  vault: Vault;
  linkedIn: LinkedIn;
  writer: Writer;
  walks: Walks;
  unsubscribeLinks: UnsubscribeLinks;
  log: Log;
  /** A follow-up email is claimed only when its inbox was read this recently, ms. Design 6. */
  inboxFreshMs: number;
  /** Where a test kills or holds the process; absent outside tests. */
  fault?: (point: FaultPoint) => Promise<void>;
}

/** The points of a send at which a crash must neither double nor lose it. */
export type FaultPoint = 'before_claim' | 'after_claim' | 'body_asked' | 'data_started' | 'accepted' | 'recorded';
