import { and, count, eq, inArray, isNull, lt, sql } from 'drizzle-orm';
import { readStatuses } from '../domain/accounts/account.ts';
import type { AccountId, WorkspaceId } from '../domain/ids.ts';
import type { Tx } from './pool.ts';
import { accounts, deliveries, mailboxes } from './schema.ts';

/*
 * How far the inboxes are read. Whether one was read lately is a question about the world, where mail arrives by the
 * real clock: these instants are `clock_timestamp()`, whatever virtual time says.
 */

const since = (ms: number) => sql`clock_timestamp() - make_interval(secs => ${ms / 1000})`;

/** Read to its end within the last `withinMs`. */
export async function isInboxFresh(tx: Tx, accountId: AccountId, withinMs: number): Promise<boolean> {
  const rows = await tx
    .select({ accountId: mailboxes.accountId })
    .from(mailboxes)
    .where(and(eq(mailboxes.accountId, accountId), sql`${mailboxes.readAt} >= ${since(withinMs)}`));
  return rows.length > 0;
}

/** What a reader of one mailbox starts from; `generation` fences whoever read it before. */
export interface Reader {
  workspaceId: WorkspaceId;
  accountId: AccountId;
  generation: number;
  uidValidity: number | null;
  lastUid: number;
  /** The real clock when it was last read to its end, epoch ms; null: never. */
  readAt: number | null;
}

/** Which workspace an account's inbox belongs to, and that it is to be read: not of one that is gone. System role. */
export async function workspaceOfMailbox(tx: Tx, accountId: AccountId): Promise<WorkspaceId | null> {
  const [row] = await tx
    .select({ workspaceId: mailboxes.workspaceId })
    .from(mailboxes)
    .where(eq(mailboxes.accountId, accountId));
  return row?.workspaceId ?? null;
}

/** From now on this reader alone may move the cursor. */
export async function takeMailbox(tx: Tx, accountId: AccountId): Promise<Reader | null> {
  const [row] = await tx
    .update(mailboxes)
    .set({ generation: sql`${mailboxes.generation} + 1` })
    .where(eq(mailboxes.accountId, accountId))
    .returning();
  return row ?? null;
}

/** It is another inbox now, or nobody's: nothing of it was read, and whoever reads it still stops at the next cursor. */
export const restartMailbox = (tx: Tx, accountId: AccountId) =>
  tx
    .update(mailboxes)
    .set({ generation: sql`${mailboxes.generation} + 1`, uidValidity: null, lastUid: 0, readAt: null })
    .where(eq(mailboxes.accountId, accountId));

const mine = ({ accountId, generation }: Pick<Reader, 'accountId' | 'generation'>) =>
  and(eq(mailboxes.accountId, accountId), eq(mailboxes.generation, generation));

/** Remembers that everything up to `lastUid` was handled; false when another reader has taken over. */
export async function moveCursor(tx: Tx, reader: Reader, uidValidity: number, lastUid: number): Promise<boolean> {
  const moved = await tx
    .update(mailboxes)
    .set({ uidValidity, lastUid })
    .where(mine(reader))
    .returning({ accountId: mailboxes.accountId });
  return moved.length === 1;
}

/** The real clock of the database, epoch ms. */
export async function realNow(tx: Tx): Promise<number> {
  const { rows } = await tx.execute<{ now: string }>(
    sql`select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now`,
  );
  return Number(rows[0]?.now);
}

/** The inbox was read to the end that it had at `at` (`realNow`); false when another reader has taken over. */
export async function markRead(tx: Tx, reader: Reader, at: number): Promise<boolean> {
  const marked = await tx
    .update(mailboxes)
    .set({ readAt: at, failingSince: null, failure: null })
    .where(mine(reader))
    .returning({ accountId: mailboxes.accountId });
  return marked.length === 1;
}

/** It could not be opened or read; since when stays. `failure` is for the account's owner. */
export const markFailing = (tx: Tx, reader: Reader, failure: string) =>
  tx
    .update(mailboxes)
    .set({ failingSince: sql`coalesce(${mailboxes.failingSince}, clock_timestamp())`, failure })
    .where(mine(reader));

/*
 * Whether the provider files what we send under our Message-IDs. One message at a time is looked for, each once: a
 * provider that gives ids of its own is asked no more often than it is given mail. These instants are `app_now()`.
 */

/** The provider took this message, which it is to file: it is the next to be looked for, unless there is no need. */
export const keepSentSample = (tx: Tx, accountId: AccountId, messageId: string) =>
  tx
    .update(mailboxes)
    .set({ sentSample: messageId })
    .where(and(eq(mailboxes.accountId, accountId), isNull(mailboxes.sentSample), isNull(mailboxes.sentFoundAt)));

/** The message to be looked for, and when it was taken; null also when another reader has taken over. */
export async function sentSample(tx: Tx, reader: Reader): Promise<{ messageId: string; settledAt: number } | null> {
  const [sample] = await tx
    .select({ messageId: deliveries.messageId, settledAt: deliveries.settledAt })
    .from(mailboxes)
    .innerJoin(deliveries, eq(deliveries.messageId, mailboxes.sentSample))
    .where(mine(reader));
  return sample && sample.messageId !== null && sample.settledAt !== null
    ? { messageId: sample.messageId, settledAt: sample.settledAt }
    : null;
}

/** It was looked for. What another reader found, or before the servers were changed, counts for nothing. */
export const noteSentSample = (tx: Tx, reader: Reader, messageId: string, foundAt: number | null) =>
  tx
    .update(mailboxes)
    .set({ sentSample: null, sentFoundAt: foundAt })
    .where(and(mine(reader), eq(mailboxes.sentSample, messageId)));

/** When a message of ours was found in Sent under its Message-ID; null: never, under the servers that stand. */
export async function sentFoundAt(tx: Tx, accountId: AccountId): Promise<number | null> {
  const [row] = await tx
    .select({ sentFoundAt: mailboxes.sentFoundAt })
    .from(mailboxes)
    .where(eq(mailboxes.accountId, accountId));
  return row?.sentFoundAt ?? null;
}

/** Other servers, or another login: what was found under those before says nothing of these. */
export const forgetSent = (tx: Tx, accountId: AccountId) =>
  tx.update(mailboxes).set({ sentSample: null, sentFoundAt: null }).where(eq(mailboxes.accountId, accountId));

/** Inboxes that must be read: of every account that is connected, rests or is paused, for replies come to it too. */
export const livingMailboxes = (tx: Tx): Promise<{ accountId: AccountId }[]> =>
  tx
    .select({ accountId: mailboxes.accountId })
    .from(mailboxes)
    .innerJoin(accounts, eq(accounts.id, mailboxes.accountId))
    .where(inArray(accounts.status, [...readStatuses]));

/** How many of them were not read for so long, or have failed for so long before they were ever read. */
export async function countStale(tx: Tx, forMs: number): Promise<number> {
  const [row] = await tx
    .select({ count: count() })
    .from(mailboxes)
    .innerJoin(accounts, eq(accounts.id, mailboxes.accountId))
    .where(
      and(
        inArray(accounts.status, [...readStatuses]),
        lt(sql`coalesce(${mailboxes.readAt}, ${mailboxes.failingSince})`, since(forMs)),
      ),
    );
  return row?.count ?? 0;
}
