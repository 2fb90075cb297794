import { inArray } from 'drizzle-orm';
import type { MemberId } from '../domain/ids.ts';
import type { Tx } from './pool.ts';
import { members } from './schema.ts';

/** Which of these are no members of the workspace. */
export async function unknownMembers(tx: Tx, ids: readonly MemberId[]): Promise<MemberId[]> {
  if (ids.length === 0) return [];
  const found = await tx
    .select({ id: members.id })
    .from(members)
    .where(inArray(members.id, [...ids]));
  return ids.filter((id) => !found.some((member) => member.id === id));
}
