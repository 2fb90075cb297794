import { eq } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { record } from '../../db/events.ts';
import { type Holdings, holdingsOf, unknownMembers } from '../../db/member-reads.ts';
import {
  campaignsOwnedBy,
  giveAccounts,
  giveCampaign,
  giveTasks,
  revokeTokensOf,
  takeMember,
} from '../../db/members.ts';
import type { Tx } from '../../db/pool.ts';
import { members } from '../../db/schema.ts';
import type { MemberId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';

export interface RemovalAsked {
  memberId: MemberId;
  /** Who takes their open tasks, campaigns and accounts; null: there is nothing to take. */
  successorId: MemberId | null;
}

const PAGE = 200;

/**
 * Takes a member out of the workspace: their tokens and sessions are over with the first transaction, and nothing new is
 * given to them; then what they had is handed over, in pages. Their name stays in the timeline. Removing twice is one
 * removal; the second finishes what the first could not.
 */
export async function removeMember(
  { db }: Pick<CommandDeps, 'db'>,
  caller: Caller,
  { memberId, successorId }: RemovalAsked,
): Promise<Holdings> {
  const { workspaceId } = caller;
  await db.inWorkspace(workspaceId, (tx) => close(tx, caller, memberId, successorId));
  const given: Holdings = { openTasks: 0, campaigns: 0, accounts: 0 };
  if (successorId === null) return given;
  for (;;) {
    const page = await db.inWorkspace(workspaceId, (tx) => campaignsOwnedBy(tx, memberId, PAGE));
    for (const id of page) await db.inWorkspace(workspaceId, (tx) => giveCampaign(tx, id, successorId));
    given.campaigns += page.length;
    if (page.length < PAGE) break;
  }
  for (let more = true; more; ) {
    const page = await db.inWorkspace(workspaceId, (tx) => giveTasks(tx, memberId, successorId, PAGE));
    given.openTasks += page.given;
    more = page.more;
  }
  given.accounts = await db.inWorkspace(workspaceId, (tx) => giveAccounts(tx, memberId, successorId));
  return given;
}

async function close(tx: Tx, caller: Caller, id: MemberId, successorId: MemberId | null): Promise<void> {
  const { workspaceId, actor } = caller;
  const member = await takeMember(tx, id);
  if (!member) throw new Refusal('not_found', { noun: 'member', id });
  if (actor === `member:${id}`)
    throw new Refusal('rule_refused', 'nobody removes themselves: ask another member to do it');
  await refuseSuccessor(tx, id, successorId);
  const holdings = await holdingsOf(tx, id);
  const all = holdings.openTasks + holdings.campaigns + holdings.accounts;
  if (all > 0 && successorId === null)
    throw new Refusal(
      'rule_refused',
      `this member has ${holdings.openTasks} open tasks, ${holdings.campaigns} campaigns and ${holdings.accounts} accounts: say who takes them`,
      [{ path: ['successor_id'], what: 'must name the member who takes them' }],
    );
  if (member.removedAt !== null) return;
  const now = await appNow(tx);
  await tx.update(members).set({ removedAt: now }).where(eq(members.id, id));
  const tokens = await revokeTokensOf(tx, id);
  await record(tx, {
    workspaceId,
    kind: 'member_removed',
    at: now,
    actor,
    data: { member: id, successor: successorId, tokens, ...holdings },
  });
}

async function refuseSuccessor(tx: Tx, id: MemberId, successorId: MemberId | null): Promise<void> {
  if (successorId === null) return;
  const isKnown = successorId !== id && (await unknownMembers(tx, [successorId])).length === 0;
  if (!isKnown)
    throw new Refusal('invalid', 'the successor cannot take anything', [
      { path: ['successor_id'], what: 'must be another member of this workspace' },
    ]);
}
