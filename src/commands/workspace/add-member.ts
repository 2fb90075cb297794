import { eq } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { violates } from '../../db/errors.ts';
import { record } from '../../db/events.ts';
import { takeMember } from '../../db/members.ts';
import { newId } from '../../db/new-id.ts';
import type { Tx } from '../../db/pool.ts';
import { members } from '../../db/schema.ts';
import { normaliseEmail } from '../../domain/contact.ts';
import type { MemberId } from '../../domain/ids.ts';
import { checkLine } from '../../domain/line.ts';
import type { Problem } from '../../domain/problem.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';

export interface NewMember {
  name: string;
  email: string;
}

/**
 * A new member, who signs in once somebody makes a token for them. One who was removed comes back as who they were, so
 * that the timeline knows them by one name.
 */
export async function addMember(
  { db }: Pick<CommandDeps, 'db'>,
  caller: Caller,
  { name, email: given }: NewMember,
): Promise<MemberId> {
  const normal = normaliseEmail(given);
  const problems: Problem[] = [
    ...checkLine('name', name, 200),
    ...(normal.ok ? [] : [{ path: ['email'], what: normal.problem }]),
  ];
  if (problems.length > 0 || !normal.ok) throw new Refusal('invalid', 'the member cannot be added like this', problems);
  const member = { name: name.trim(), email: normal.email };
  try {
    return await db.inWorkspace(caller.workspaceId, (tx) => add(tx, caller, member));
  } catch (error) {
    throw violates(error, 'members_email') ? taken(member.email) : error; // somebody else was quicker
  }
}

async function add(tx: Tx, { workspaceId, actor }: Caller, { name, email }: NewMember): Promise<MemberId> {
  const now = await appNow(tx);
  const [before] = await tx.select({ id: members.id }).from(members).where(eq(members.email, email));
  const known = before && (await takeMember(tx, before.id));
  if (known && known.removedAt === null) throw taken(email);
  const id = known?.id ?? newId<MemberId>();
  if (known) await tx.update(members).set({ name, removedAt: null }).where(eq(members.id, id));
  else await tx.insert(members).values({ id, workspaceId, name, email, createdAt: now });
  await record(tx, {
    workspaceId,
    kind: 'member_added',
    at: now,
    actor,
    data: { member: id, ...(known ? { again: true } : {}) },
  });
  return id;
}

const taken = (email: string) => new Refusal('wrong_state', `${JSON.stringify(email)} is a member already`);
