import { and, eq, isNull, ne } from 'drizzle-orm';
import { recordOfAccount } from '../../db/accounts.ts';
import { appNow } from '../../db/clock.ts';
import { violates } from '../../db/errors.ts';
import { newId } from '../../db/new-id.ts';
import type { Tx } from '../../db/pool.ts';
import { accounts, mailboxes, members } from '../../db/schema.ts';
import type { Channel } from '../../domain/accounts/account.ts';
import type { AccountId, MemberId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';

/** An account's row, but for what storing it decides. */
export type NewAccount = Omit<
  typeof accounts.$inferInsert,
  'id' | 'workspaceId' | 'memberId' | 'status' | 'createdAt' | 'pausedWhy' | 'restingUntil' | 'disconnectedAt'
>;

/** Refuses an owner who is no member here and an address that is connected: before anybody is asked about it. */
export const refuseUnfit = (
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId }: Caller,
  memberId: MemberId | null,
  { channel, address }: Pick<NewAccount, 'channel' | 'address'>,
): Promise<void> =>
  db.inWorkspace(workspaceId, async (tx) => {
    await ownerOf(tx, memberId);
    await refuseTaken(tx, channel, address);
  });

/** Stores what was tested, CONNECTED, and says who did it. `memberId` null: the workspace's first member's. */
export async function storeAccount(
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId, actor }: Caller,
  asked: MemberId | null,
  account: NewAccount,
): Promise<AccountId> {
  const { channel, address } = account;
  try {
    return await db.inWorkspace(workspaceId, async (tx) => {
      const memberId = await ownerOf(tx, asked);
      const id = newId<AccountId>();
      const now = await appNow(tx);
      await tx.insert(accounts).values({ ...account, id, workspaceId, memberId, status: 'CONNECTED', createdAt: now });
      if (channel === 'email') await tx.insert(mailboxes).values({ accountId: id, workspaceId });
      await recordOfAccount({ tx, now, actor }, { id, workspaceId }, 'account_connected', { channel });
      return id;
    });
  } catch (error) {
    throw violates(error, 'accounts_address') ? taken(address) : error; // somebody else was quicker
  }
}

async function ownerOf(tx: Tx, asked: MemberId | null): Promise<MemberId> {
  const known = await tx.select({ id: members.id }).from(members).where(isNull(members.removedAt)).orderBy(members.id);
  const owner = asked === null ? known[0]?.id : known.find(({ id }) => id === asked)?.id;
  if (!owner) throw new Refusal('not_found', { noun: 'member', id: asked });
  return owner;
}

async function refuseTaken(tx: Tx, channel: Channel, address: string): Promise<void> {
  const [found] = await tx
    .select({ id: accounts.id })
    .from(accounts)
    .where(and(eq(accounts.channel, channel), eq(accounts.address, address), ne(accounts.status, 'REMOVED')));
  if (found) throw taken(address);
}

const taken = (address: string) =>
  new Refusal('wrong_state', `${JSON.stringify(address)} is connected already: edit it, or remove it first`);
