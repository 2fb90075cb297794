import { and, asc, count, desc, eq, getTableColumns, ne, type SQL, sql } from 'drizzle-orm';
import { type AccountStatus, type BounceKind, type Channel, channelOf } from '../domain/accounts/account.ts';
import type { AccountUse } from '../domain/accounts/account-use.ts';
import { type AccountLimits, dayBounds, paceOf, WEEK_MS } from '../domain/accounts/pace.ts';
import { REPUTATION_DAYS, type SendingFigures } from '../domain/accounts/reputation.ts';
import { DAY_MS } from '../domain/durations.ts';
import type { AccountId } from '../domain/ids.ts';
import { type StepKind, stepKinds } from '../domain/sequence.ts';
import { ofKind } from './account-load.ts';
import { appNow } from './clock.ts';
import { type Listed, type PageAsked, rowsBefore } from './pages.ts';
import type { Tx } from './pool.ts';
import type { AccountRow } from './rows.ts';
import { accounts, deliveries, events, mailboxes, members, slots } from './schema.ts';

/*
 * Accounts for people: what the API and the command line show. Credentials are not even read.
 */

/** An account with whom it belongs to and how it fares. */
export interface AccountView {
  /** `status` as it acts: one whose rest is over is CONNECTED. */
  account: Omit<AccountRow, 'credentials'>;
  ownerName: string;
  /** Null for an account without one. */
  inbox: { readAt: number | null; failingSince: number | null; failure: string | null } | null;
  /** Of each kind of step that goes out from it: what has begun, and slots kept for later. */
  uses: readonly AccountUse[];
  /** Epoch ms, when it was read. */
  now: number;
  lately: SendingFigures;
  /** What the guard saw when it paused the account; null unless it did. */
  guarded: SendingFigures | null;
}

export interface AccountFilter {
  channel?: Channel | undefined;
  /** Left out: all but the removed ones. */
  status?: AccountStatus | undefined;
}

const status = sql<AccountStatus>`case when ${accounts.status} = 'RESTING' and ${accounts.restingUntil} <= app_now()
  then 'CONNECTED' else ${accounts.status} end`;

/** One page of accounts in the order in which they were connected, with the count of all that match, in one statement. */
export function listAccounts(tx: Tx, filter: AccountFilter, asked: PageAsked): Promise<Listed<AccountView>> {
  const which = and(
    filter.channel === undefined ? undefined : eq(accounts.channel, filter.channel),
    filter.status === undefined ? ne(accounts.status, 'REMOVED') : sql`${status} = ${filter.status}`,
  );
  return readAccounts(tx, which, asked);
}

/** One account, removed ones too; null when the workspace has none of that id. */
export const findAccountView = async (tx: Tx, id: AccountId): Promise<AccountView | null> =>
  (await readAccounts(tx, eq(accounts.id, id), { page: 1, size: 1 })).items[0] ?? null;

const { credentials: _, ...shownColumns } = getTableColumns(accounts);

async function readAccounts(tx: Tx, which: SQL | undefined, asked: PageAsked): Promise<Listed<AccountView>> {
  const total = tx
    .select({ count: count().as('count') })
    .from(accounts)
    .where(which)
    .as('total');
  const shown = tx
    .select({ id: accounts.id })
    .from(accounts)
    .where(which)
    .orderBy(asc(accounts.createdAt), asc(accounts.id))
    .limit(asked.size)
    .offset(rowsBefore(asked))
    .as('shown');
  const rows = await tx
    .select({ total: total.count, account: shownColumns, status, owner: members, inbox: mailboxes })
    .from(total)
    .leftJoin(shown, sql`true`)
    .leftJoin(accounts, eq(accounts.id, shown.id))
    .leftJoin(members, eq(members.id, accounts.memberId))
    .leftJoin(mailboxes, eq(mailboxes.accountId, accounts.id))
    .orderBy(asc(accounts.createdAt), asc(accounts.id));
  const now = await appNow(tx);
  const items: AccountView[] = [];
  for (const { account, status, owner, inbox } of rows)
    if (account && owner)
      items.push({
        account: { ...account, status },
        ownerName: owner.name,
        inbox,
        now,
        ...(await faringOf(tx, account, now)),
      });
  return { items, totalCount: rows[0]?.total ?? 0 };
}

/** A few index look-ups and counts; a page has at most 100 accounts. */
async function faringOf(
  tx: Tx,
  account: Pick<AccountRow, 'id' | 'channel' | 'pausedWhy'> & AccountLimits,
  now: number,
): Promise<Pick<AccountView, 'uses' | 'lately' | 'guarded'>> {
  const { id, pausedWhy } = account;
  const uses: AccountUse[] = [];
  for (const kind of stepKinds.filter((kind) => channelOf[kind] === account.channel))
    uses.push(await accountUse(tx, account, kind, now));
  const byGuard = pausedWhy === 'bounce_rate' || pausedWhy === 'complaint_rate';
  return {
    uses,
    lately: await sendingFigures(tx, id, now),
    guarded: byGuard ? await guardedFigures(tx, id) : null,
  };
}

/** What an account has used of its limits for one kind of step. */
export async function accountUse(
  tx: Tx,
  account: Pick<AccountRow, 'id'> & AccountLimits,
  kind: StepKind,
  now: number,
): Promise<AccountUse> {
  const { zone, dailyCap, weeklyCap } = paceOf(account, kind);
  const { start, end } = dayBounds(now, zone);
  const begun = sql`select count(*)::int from ${deliveries} where ${deliveries.accountId} = ${account.id}
    and ${deliveries.state} <> 'RELEASED' and ${ofKind(kind) ?? sql`true`}`;
  const { rows } = await tx.execute<{ sent: number; reserved: number; lately: number }>(sql`select
    (${begun} and ${deliveries.claimedAt} >= ${instant(start)} and ${deliveries.claimedAt} < ${instant(end)}) as sent,
    (select count(*)::int from ${slots} where ${slots.accountId} = ${account.id} and ${slots.kind} = ${kind}
      and ${slots.at} >= ${instant(start)} and ${slots.at} < ${instant(end)}) as reserved,
    (${begun} and ${deliveries.claimedAt} > ${instant(now - WEEK_MS)}) as lately`);
  const { sent, reserved, lately } = rows[0] ?? { sent: 0, reserved: 0, lately: 0 };
  const week = weeklyCap === null ? null : { sent: lately, cap: weeklyCap };
  return { kind, today: { sent, reserved, cap: dailyCap }, week };
}

const instant = (at: number) => sql`${new Date(at).toISOString()}::timestamptz`;

/** When a person last resumed the account; null: never. */
export const lastResumed = async (tx: Tx, id: AccountId): Promise<number | null> =>
  (await lastEventOf(tx, id, 'account_resumed'))?.at ?? null;

/** Of the last 7 days; with `sentFrom` (epoch ms) only of messages claimed since. */
export async function sendingFigures(
  tx: Tx,
  id: AccountId,
  now: number,
  sentFrom: number | null = null,
): Promise<SendingFigures> {
  const from = instant(now - REPUTATION_DAYS * DAY_MS);
  const own = sql`${deliveries.accountId} = ${id}`;
  const isCounted = sentFrom === null ? sql`true` : sql`${deliveries.claimedAt} >= ${instant(sentFrom)}`;
  const reported = (bounce: BounceKind) => sql`(select count(*)::int from ${deliveries} where ${own}
    and ${deliveries.bouncedAt} >= ${from} and ${deliveries.bounce} = ${bounce} and ${isCounted})`;
  const { rows } = await tx.execute<{ sent: number; hardBounces: number; complaints: number }>(sql`select
    (select count(*)::int from ${deliveries} where ${own} and ${deliveries.claimedAt} >= ${from}
      and ${deliveries.state} in ('SENT', 'REJECTED') and ${isCounted}) as sent,
    ${reported('hard')} as "hardBounces", ${reported('complaint')} as complaints`);
  return rows[0] ?? { sent: 0, hardBounces: 0, complaints: 0 };
}

/** What the guard saw when it paused the account last. */
async function guardedFigures(tx: Tx, id: AccountId): Promise<SendingFigures | null> {
  const event = await lastEventOf(tx, id, 'account_guarded');
  if (!event) return null;
  const number = (name: keyof SendingFigures) => Number(event.data[name] ?? 0);
  return { sent: number('sent'), hardBounces: number('hardBounces'), complaints: number('complaints') };
}

async function lastEventOf(tx: Tx, id: AccountId, kind: 'account_resumed' | 'account_guarded') {
  const [event] = await tx
    .select({ at: events.at, data: events.data })
    .from(events)
    .where(and(eq(events.kind, kind), sql`${events.data} ->> 'account' = ${id}`))
    .orderBy(desc(events.ordinal))
    .limit(1);
  return event ?? null;
}
