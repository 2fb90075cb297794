import { and, asc, count, eq, lt, lte, ne, sql } from 'drizzle-orm';
import { nextPoll, nextPollAfterFailure, nextPollOfMore } from '../domain/accounts/linkedin-poll.ts';
import type { AccountId, WorkspaceId } from '../domain/ids.ts';
import { appNow } from './clock.ts';
import type { Tx } from './pool.ts';
import { accounts, linkedinPolls } from './schema.ts';

/*
 * When each LinkedIn account is looked at, by the business clock, over all workspaces (system role).
 */

/** An account whose turn it is. */
export interface DuePoll {
  accountId: AccountId;
  workspaceId: WorkspaceId;
  externalId: string;
}

/** Nobody else looks at it meanwhile; one whose look dies is looked at again then. */
const LEASE_MS = 10 * 60_000;

const isTended = and(eq(accounts.channel, 'linkedin'), ne(accounts.status, 'REMOVED'));

/** Every LinkedIn account has its row; a new one's turn is now. */
export async function ensurePolls(tx: Tx): Promise<void> {
  const now = await appNow(tx);
  const unknown = await tx
    .select({ accountId: accounts.id, workspaceId: accounts.workspaceId })
    .from(accounts)
    .leftJoin(linkedinPolls, eq(linkedinPolls.accountId, accounts.id))
    .where(and(isTended, sql`${linkedinPolls.accountId} is null`))
    .orderBy(asc(accounts.id));
  if (unknown.length === 0) return;
  await tx
    .insert(linkedinPolls)
    .values(unknown.map((account) => ({ ...account, dueAt: now })))
    .onConflictDoNothing();
}

/** The account that has waited longest for its turn; null: none is due. */
export async function takePoll(tx: Tx): Promise<DuePoll | null> {
  const now = await appNow(tx);
  const [due] = await tx
    .select({
      accountId: linkedinPolls.accountId,
      workspaceId: linkedinPolls.workspaceId,
      settings: accounts.settings,
    })
    .from(linkedinPolls)
    .innerJoin(accounts, eq(accounts.id, linkedinPolls.accountId))
    .where(and(isTended, lte(linkedinPolls.dueAt, now)))
    .orderBy(asc(linkedinPolls.dueAt))
    .limit(1)
    .for('no key update', { of: linkedinPolls, skipLocked: true });
  if (due?.settings.channel !== 'linkedin') return null;
  const { accountId, workspaceId, settings } = due;
  await setPoll(tx, accountId, { dueAt: now + LEASE_MS });
  return { accountId, workspaceId, externalId: settings.externalId };
}

const setPoll = (tx: Tx, id: AccountId, change: Partial<typeof linkedinPolls.$inferInsert>) =>
  tx.update(linkedinPolls).set(change).where(eq(linkedinPolls.accountId, id));

/** The provider was asked and answered; `all`: everything there was to ask. */
export async function markPolled(tx: Tx, id: AccountId, { all }: { all: boolean }): Promise<void> {
  const now = await appNow(tx);
  const dueAt = all ? nextPoll(id, now) : nextPollOfMore(now);
  await setPoll(tx, id, { dueAt, polledAt: now, failingSince: null });
}

/** Nobody answered; since when stays. */
export async function markPollFailed(tx: Tx, id: AccountId): Promise<void> {
  const now = await appNow(tx);
  const [poll] = await tx
    .select({ failingSince: linkedinPolls.failingSince })
    .from(linkedinPolls)
    .where(eq(linkedinPolls.accountId, id));
  const failingSince = poll?.failingSince ?? now;
  await setPoll(tx, id, { dueAt: nextPollAfterFailure(failingSince, now), failingSince });
}

/** How many accounts could not be asked about for so long. */
export async function countUntended(tx: Tx, forMs: number): Promise<number> {
  const [row] = await tx
    .select({ count: count() })
    .from(linkedinPolls)
    .innerJoin(accounts, eq(accounts.id, linkedinPolls.accountId))
    .where(and(isTended, lt(linkedinPolls.failingSince, (await appNow(tx)) - forMs)));
  return row?.count ?? 0;
}
