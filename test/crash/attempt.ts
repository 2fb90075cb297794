import { asyncLocalStorage, Context } from '@temporalio/activity';
import type { ActivityDeps } from '../../src/activities/deps.ts';
import { createKeyVault } from '../../src/adapters/key-vault.ts';
import { offlineWriter } from '../../src/adapters/offline-writer.ts';
import { noReplyReader } from '../../src/adapters/reply-reader.ts';
import { createSmtpMailer } from '../../src/adapters/smtp-mailer.ts';
import { createUnsubscribeLinks } from '../../src/adapters/unsubscribe-links.ts';
import { type Db, openDb } from '../../src/db/pool.ts';
import { PATIENCE_MS } from '../support/patience.ts';

export const openCrashDb = (url: string): Db =>
  openDb({
    url,
    size: 4,
    statementTimeoutMs: PATIENCE_MS,
    lockTimeoutMs: PATIENCE_MS,
    acquireTimeoutMs: PATIENCE_MS,
    idleTimeoutMs: PATIENCE_MS,
    onIdleError: () => undefined,
  });

const neverAsked = () => Promise.reject(new Error('nothing of this is part of an email step'));

/** What an email step needs of the world: real Postgres and SMTP; the rest is not there, or only listens. */
export const emailDeps = (db: Db, also: Partial<ActivityDeps> = {}): ActivityDeps => ({
  db,
  mailer: createSmtpMailer(),
  mailboxes: { open: neverAsked },
  mailParser: { parse: neverAsked, stop: neverAsked },
  replyReader: noReplyReader,
  vault: createKeyVault([{ id: 'crash', key: Buffer.alloc(32, 7) }]),
  linkedIn: {
    relation: neverAsked,
    invite: neverAsked,
    sendMessage: neverAsked,
    hasMessage: neverAsked,
    pendingInvitations: neverAsked,
    withdraw: neverAsked,
    accountStatus: neverAsked,
    publicId: neverAsked,
  },
  writer: offlineWriter,
  walks: {
    startSequence: async () => undefined,
    startCampaign: async () => undefined,
    startMailbox: async () => undefined,
    tellSequence: async () => 'told',
    tellCampaign: async () => 'told',
    isSequenceRunning: async () => true,
  },
  unsubscribeLinks: createUnsubscribeLinks({ publicUrl: 'https://topo.example', key: Buffer.alloc(32, 7) }),
  inboxFreshMs: 600_000,
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  ...also,
});

/**
 * Runs a deed as one activity attempt. The SDK's own test environment loads the native worker, which takes a child
 * longer than everything it does; a deed asks no more of its context than to be heard and to be told to stop.
 */
export function attempt<T>(deed: () => Promise<T>): Promise<T> {
  const context: Context = Object.assign(Object.create(Context.prototype), {
    heartbeat: () => undefined,
    cancellationSignal: new AbortController().signal,
  });
  return asyncLocalStorage.run(context, deed);
}
