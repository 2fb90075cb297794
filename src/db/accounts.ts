import { and, asc, count, eq, inArray } from 'drizzle-orm';
import { type AccountStatus, accountMoves, type Channel } from '../domain/accounts/account.ts';
import { DAY_MS } from '../domain/durations.ts';
import type { EventData, EventKind } from '../domain/event.ts';
import type { AccountId, CampaignId } from '../domain/ids.ts';
import { openStatuses } from '../domain/sequence.ts';
import { record } from './events.ts';
import type { Tx } from './pool.ts';
import type { AccountRow } from './rows.ts';
import type { Act } from './scene.ts';
import { accounts, campaignAccounts, sequences } from './schema.ts';

/** Read it behind its lock. */
export async function loadAccount(tx: Tx, id: AccountId): Promise<AccountRow> {
  const [account] = await tx.select().from(accounts).where(eq(accounts.id, id));
  if (!account) throw new Error(`account ${id} is not in its workspace`);
  return account;
}

/** As `loadAccount`, for one that somebody asks for by its id: null when the workspace has none such. */
export async function findAccount(tx: Tx, id: AccountId): Promise<AccountRow | null> {
  const [account] = await tx.select().from(accounts).where(eq(accounts.id, id));
  return account ?? null;
}

/** Whether the table holds the move: one that a person paused or removed while its provider was asked may stay so. */
const canBecome = ({ status }: AccountRow, to: AccountStatus) => status === to || accountMoves[status].includes(to);

/**
 * Moves an account behind its lock. A pause lasts until a person lifts it: it outlives a disconnection, after which the
 * account is paused again.
 */
export async function moveAccount(
  tx: Tx,
  account: AccountRow,
  to: AccountStatus,
  change: Partial<AccountRow> = {},
): Promise<void> {
  if (!canBecome(account, to)) throw new Error(`account ${account.id}: no move from ${account.status} to ${to}`);
  const pausedWhy = account.status === 'PAUSED' || account.status === 'DISCONNECTED' ? account.pausedWhy : null;
  const lasts = to === 'DISCONNECTED' || account.status === 'DISCONNECTED';
  const status = to === 'CONNECTED' && lasts && pausedWhy !== null ? 'PAUSED' : to;
  await tx
    .update(accounts)
    .set({ pausedWhy: lasts && to !== 'REMOVED' ? pausedWhy : null, ...change, status })
    .where(eq(accounts.id, account.id));
}

/** A line of the timeline about an account. */
export const recordOfAccount = (
  { tx, now, actor }: Act,
  { id, workspaceId }: Pick<AccountRow, 'id' | 'workspaceId'>,
  kind: EventKind,
  data: EventData = {},
): Promise<boolean> => record(tx, { workspaceId, kind, at: now, actor, data: { account: id, ...data } });

/**
 * The provider refused our credentials. Returns the limit to which the account's sequences wait: 24 h from the first
 * refusal since it was last connected.
 */
export async function disconnectAccount(tx: Tx, account: AccountRow, now: number): Promise<number> {
  if (account.status === 'DISCONNECTED') return (account.disconnectedAt ?? now) + DAY_MS;
  const disconnectedAt = now;
  if (!canBecome(account, 'DISCONNECTED')) return disconnectedAt + DAY_MS;
  await moveAccount(tx, account, 'DISCONNECTED', { disconnectedAt });
  await recordOfAccount({ tx, now, actor: 'service' }, account, 'account_disconnected');
  return disconnectedAt + DAY_MS;
}

/** The provider named a limit: nothing more goes out from this account until then. */
export async function restAccount(tx: Tx, account: AccountRow, until: number, now: number): Promise<void> {
  if (!canBecome(account, 'RESTING')) return;
  if (account.status === 'RESTING' && (account.restingUntil ?? 0) >= until) return; // it rests longer already
  await moveAccount(tx, account, 'RESTING', { restingUntil: until });
  await recordOfAccount({ tx, now, actor: 'service' }, account, 'account_rests', { until });
}

/** The campaign's connected account of a channel with the fewest open sequences; null when it has none. */
export async function leastBusyAccount(tx: Tx, campaignId: CampaignId, channel: Channel): Promise<AccountId | null> {
  const owner = channel === 'email' ? sequences.emailAccountId : sequences.linkedinAccountId;
  const [row] = await tx
    .select({ id: accounts.id })
    .from(campaignAccounts)
    .innerJoin(accounts, eq(accounts.id, campaignAccounts.accountId))
    .leftJoin(sequences, and(eq(owner, accounts.id), inArray(sequences.status, [...openStatuses])))
    .where(
      and(
        eq(campaignAccounts.campaignId, campaignId),
        eq(accounts.channel, channel),
        inArray(accounts.status, ['CONNECTED', 'RESTING']),
      ),
    )
    .groupBy(accounts.id)
    .orderBy(asc(count(sequences.id)), asc(accounts.id))
    .limit(1);
  return row?.id ?? null;
}
